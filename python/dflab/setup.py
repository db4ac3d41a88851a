"""Puts dflab.pth beside the package: site-packages then runs the start-up hook in every Python of the environment."""
import os

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithHook(build_py):
    def run(self):
        super().run()
        self.copy_file("dflab.pth", os.path.join(self.build_lib, "dflab.pth"))

    def get_outputs(self, include_bytecode=1):
        return super().get_outputs(include_bytecode) + [os.path.join(self.build_lib, "dflab.pth")]


# What an environment is told by having this package.
CONFIG = [
    ("etc/ipython", "ipython_kernel_config.py"),  # kernels load what cells get besides Python
    ("share/jupyter/lab/settings", "overrides.json"),  # JupyterLab asks nobody for news
    # jupytext is for commands: its extensions put another manager of files in the place of the lab's.
    ("etc/jupyter/jupyter_server_config.d", "zz_dflab.json"),
    ("etc/jupyter/labconfig", "page_config.json"),
]

setup(cmdclass={"build_py": BuildWithHook}, data_files=[(folder, [f"config/{name}"]) for folder, name in CONFIG])
