'use strict';
// What JupyterLab loads for a federated extension (webpack calls it a container), written by hand: no build is needed, and
// the modules beside it are what runs. JupyterLab gives its own packages in `init`, and asks for './extension' in `get`.
(() => {
  const here = document.currentScript.src;
  const packages = ['@jupyterlab/application', '@jupyterlab/apputils', '@jupyterlab/coreutils', '@jupyterlab/docmanager', '@jupyterlab/services', '@jupyterlab/ui-components', '@lumino/widgets'];
  let shared = {};

  // JupyterLab has one version of each of its packages.
  const load = async (name) => {
    const [offer] = Object.values(shared[name] ?? {});
    if (!offer) throw new Error(`dflab-versions: this JupyterLab has no ${name}`);
    return (await offer.get())();
  };

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB['dflab-versions'] = {
    init: (scope) => { shared = scope; },
    get: async (name) => {
      if (name !== './extension') throw new Error(`dflab-versions has no module ${name}`);
      const [extension, ...loaded] = await Promise.all([import(new URL('extension.js', here)), ...packages.map(load)]);
      const plugin = extension.makePlugin(Object.assign({}, ...loaded));
      return () => ({ __esModule: true, default: plugin });
    },
  };
})();
