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


# Kernels of the environment load what cells get besides Python; JupyterLab of it asks nobody for news.
setup(cmdclass={"build_py": BuildWithHook}, data_files=[("etc/ipython", ["ipython_kernel_config.py"]), ("share/jupyter/lab/settings", ["overrides.json"])])
