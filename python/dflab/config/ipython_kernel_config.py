# Part of the environment that dflab is installed in: %%sql and bars of progress in every kernel of it.
c = get_config()  # noqa: F821
c.InteractiveShellApp.extensions.append("dflab.notebook")
