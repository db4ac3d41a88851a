"""What cells get besides Python, in every kernel of an environment with this package: `%%sql` and bars of progress.

An IPython extension: `etc/ipython` of the environment names it, `%load_ext dflab.notebook` loads it elsewhere. Nothing of pyspark is imported
before a cell asks for it."""


def load_ipython_extension(shell):
    from dflab import progress
    from dflab.sql_magic import SqlMagics

    progress.show_in_cells()
    shell.register_magics(SqlMagics)
