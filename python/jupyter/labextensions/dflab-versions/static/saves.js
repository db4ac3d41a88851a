// Saves that overwrite nobody. JupyterLab looks at the file before it saves, and once more behind it; between its look and its save
// another person's save is lost, and the look behind takes that person's file for one's own. So here the server decides: a save says what it was
// made on, and is refused when the file is another one. This guards `get` and `save` of the contents service for open documents.
import { element, isConflict, nameOf, timeText } from './api.js';

export function guardSaves({ app, lab, documents, api, late, showLeaks }) {
  const { contents } = app.serviceManager;
  const get = contents.get.bind(contents), save = contents.save.bind(contents), rename = contents.rename.bind(contents);
  const known = new WeakMap(); // the hash of what a document was last loaded from or saved as, where JupyterLab forgets it
  const saved = new Map(); // by path, until JupyterLab's look behind its save
  const asking = new Set();

  const widgets = () => ['main', 'left', 'right', 'down'].flatMap((area) => [...app.shell.widgets(area)]);
  const openContexts = () => [...new Set(widgets().map((widget) => documents.contextForWidget(widget)).filter(Boolean))];
  const baseOf = (context) => context.contentsModel?.hash ?? known.get(context);

  // The same file may be open as a notebook and as text: the one that is saved has the content.
  function findContext(path, options) {
    const found = openContexts().filter((context) => context.path === path && baseOf(context));
    const same = found.filter((context) => context.contentsModel?.type === options.type);
    return same.find((context) => same.length > 1 && context.model.toString() === options.content) ?? same[0] ?? found[0];
  }

  function cancelled(name) {
    const error = new Error('The save was cancelled');
    error.name = name; // what JupyterLab takes for a person's own decision
    return error;
  }

  function done(context, path, model) {
    if (model.hash && context) {
      known.set(context, model.hash);
      saved.set(path, model.hash);
    }
    showLeaks(path, model.dflab?.leaks ?? []);
    return model;
  }

  async function reload(context, path) {
    await context.revert();
    late.loaded(context);
    const model = await get(path, { content: false });
    saved.set(path, baseOf(context));
    return { ...model, hash: baseOf(context) };
  }

  async function saveCopy(path, options) {
    const [, stem, ending] = /^(.*?)(\.[^./]*)?$/.exec(path);
    for (let number = 1; ; number++) {
      const copy = `${stem} (mine${number > 1 ? ` ${number}` : ''})${ending ?? ''}`;
      try {
        await save(copy, { ...options, path: copy, name: nameOf(copy), base_hash: null });
        return copy;
      } catch (error) {
        if (!isConflict(error) || number === 100) throw error;
      }
    }
  }

  async function ask(path, now) {
    const newest = now.records.find((record) => record.hash === now.hash && record.action !== 'aside');
    const own = newest?.author && newest.author === app.serviceManager.user?.identity?.username;
    const who = own ? 'You' : newest?.author || 'Another program';
    const told = now.hash === null ? 'It has been deleted or moved since it was opened here.' : newest ? `${who} saved it ${own ? 'in another tab or window ' : ''}at ${timeText(newest)}, after it was opened here.` : 'It has been changed since it was opened here.';
    const body = new lab.Widget({
      node: element('div', { className: 'dflab-conflict' },
        element('p', {}, element('b', { textContent: nameOf(path) }), ' was not saved. ', told),
        element('ul', {},
          element('li', { textContent: now.hash === null ? 'Save again: the file is there again, with what is open here.' : 'Overwrite: the file becomes what is open here. The other version stays in the history.' }),
          element('li', { textContent: 'Keep mine as a copy: what is open here becomes a file beside it.' }),
          now.hash === null ? null : element('li', { textContent: 'Reload: you see the other version. What is open here stays in the history.' }))),
    });
    const { Dialog, showDialog } = lab;
    const result = await showDialog({
      title: now.hash === null ? 'The file has gone' : 'This file has been saved elsewhere',
      body,
      buttons: [
        Dialog.cancelButton(),
        ...(now.hash === null ? [] : [Dialog.okButton({ label: 'Reload', actions: ['reload'] })]),
        Dialog.okButton({ label: 'Keep mine as a copy', actions: ['copy'] }),
        Dialog.warnButton({ label: now.hash === null ? 'Save again' : 'Overwrite', actions: ['overwrite'] }),
      ],
      defaultButton: 0,
    });
    return result.button.actions[0];
  }

  async function settle(context, path, options) {
    if (asking.has(context)) throw cancelled('ModalDuplicateError');
    asking.add(context);
    try {
      for (;;) {
        const now = await api.history({ path });
        const choice = await ask(path, now);
        if (context.isDisposed) throw cancelled('ModalCancelError');
        if (choice === 'reload') {
          await api.setAside({ path, type: options.type, content: options.content });
          return await reload(context, path);
        }
        if (choice === 'copy') {
          const copy = await saveCopy(path, options);
          documents.openOrReveal(copy);
          if (now.hash === null) throw cancelled('ModalCancelError');
          return await reload(context, path);
        }
        if (choice !== 'overwrite') throw cancelled('ModalCancelError');
        try {
          // Of what the person was told: who saves in the meantime is asked about again.
          return done(context, path, await save(path, { ...options, base_hash: now.hash }));
        } catch (error) {
          if (!isConflict(error)) throw error;
        }
      }
    } finally {
      asking.delete(context);
    }
  }

  contents.get = async (path, options) => {
    const model = await get(path, options);
    if (!options?.hash || options.content !== false || !openContexts().some((context) => context.path === path && baseOf(context))) return model;
    const behind = saved.get(path);
    saved.delete(path);
    // Before a save nothing that JupyterLab would compare: the server will.
    return behind ? { ...model, hash: behind } : { ...model, hash: undefined, last_modified: new Date(0).toISOString() };
  };

  contents.save = async (path, options = {}) => {
    const context = findContext(path, options);
    if (!context) return done(null, path, await save(path, options));
    try {
      return done(context, path, await save(path, { ...options, base_hash: baseOf(context) }));
    } catch (error) {
      if (!isConflict(error)) throw error;
      return settle(context, path, options);
    }
  };

  contents.rename = async (path, newPath) => {
    for (const context of openContexts()) if (context.path === path && baseOf(context)) known.set(context, baseOf(context));
    return rename(path, newPath);
  };

  return { openContexts, baseOf };
}
