// The panel at the right: the versions of the file that is in front, and the files that are gone.
import { element, isConflict, nameOf, sizeText, timeText } from './api.js';
import { differenceNode } from './difference.js';

const actions = {
  save: 'saved', restore: 'restored', outside: 'changed outside JupyterLab', aside: 'set aside, not saved', upload: 'uploaded', checkpoint: 'back to the checkpoint', rename: 'renamed', moved: 'moved here', delete: 'deleted',
};

const SHOWN = 30; // of a long history, until the rest is asked for

export const leakText = (leak) => `${leak.kind} in ${leak.cell ? `${leak.where === 'output' ? 'the output of cell' : 'cell'} ${leak.cell}, ` : ''}line ${leak.line}`;

export function makePanel({ app, lab, documents, api, guard }) {
  const { Dialog, showDialog, showErrorMessage, MainAreaWidget, Widget } = lab;
  const widget = new Widget({ node: element('div', { className: 'dflab-panel' }) });
  widget.id = 'dflab-versions';
  widget.title.caption = 'Versions of this file';
  widget.title.icon = lab.historyIcon;
  widget.addClass('jp-SideBar-content');
  let path = null, round = 0, showsAll = false;

  const button = (label, action, more = {}) => element('button', { className: 'jp-Button jp-mod-styled jp-mod-small dflab-button', textContent: label, onclick: action, ...more });
  const contextOf = (file) => guard.openContexts().find((context) => context.path === file);

  async function compare(file, record) {
    try {
      const difference = await api.difference(file, record.version);
      const content = new Widget({ node: differenceNode(difference) });
      const shown = new MainAreaWidget({ content });
      shown.id = `dflab-difference-${record.hash}-${Date.now()}`;
      shown.title.label = `${nameOf(file.path)}: since version ${record.version}`;
      shown.title.icon = lab.historyIcon;
      shown.title.closable = true;
      app.shell.add(shown, 'main');
      app.shell.activateById(shown.id);
    } catch (error) {
      await showErrorMessage('The versions cannot be compared', error);
    }
  }

  async function restore(file, version) {
    const context = contextOf(file.path);
    const answer = await showDialog({
      title: `Restore version ${version} of ${nameOf(file.path)}?`,
      body: context?.model.dirty ? 'What is open here and not saved stays in the history, as all versions do.' : 'It becomes the newest version; all others stay.',
      buttons: [Dialog.cancelButton(), Dialog.okButton({ label: 'Restore' })],
    });
    if (!answer.button.accept) return;
    try {
      if (context?.model.dirty) {
        const isNotebook = context.contentsModel?.type === 'notebook';
        await api.setAside({ path: file.path, type: isNotebook ? 'notebook' : 'file', content: isNotebook ? context.model.toJSON() : context.model.toString() });
      }
      // What has gone is not to be there again by now, what is open is to be as it was opened.
      const base = file.id ? { base_hash: null } : context ? { base_hash: guard.baseOf(context) } : {};
      await api.restore({ ...file, version, ...base });
      if (context) await context.revert();
      else documents.openOrReveal(file.path);
    } catch (error) {
      if (isConflict(error)) await showErrorMessage('Not restored', 'The file has been saved elsewhere since it was opened here. Reload it from disk (File menu) and try again.');
      else await showErrorMessage('Not restored', error);
    }
    await refresh();
  }

  async function forget(file, record) {
    const answer = await showDialog({
      title: `Remove version ${record.version} for good?`,
      body: 'It cannot be restored afterwards. Whatever key or token it holds should be replaced by a new one all the same.',
      buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: 'Remove' })],
    });
    if (!answer.button.accept) return;
    try {
      await api.forget({ ...file, version: record.version });
    } catch (error) {
      await showErrorMessage('Not removed', error);
    }
    await refresh();
  }

  function recordNode(file, record, newest, current) {
    const isVersion = record.hash !== undefined;
    const isSame = isVersion && record.hash === current;
    const isCurrent = record === newest;
    const of = record.of ? ` from version ${record.of}` : record.from ? ` from ${nameOf(record.from)}` : '';
    return element('li', { className: `dflab-version${isCurrent ? ' dflab-current' : ''}` },
      element('div', { className: 'dflab-when' }, element('b', { textContent: timeText(record) }), isVersion ? element('span', { className: 'dflab-soft', textContent: `version ${record.version}` }) : null),
      element('div', { className: 'dflab-soft', textContent: [record.author || 'another program', `${actions[record.action] ?? record.action}${of}`, isVersion ? sizeText(record.size) : null].filter(Boolean).join(' · ') }),
      ...(record.leaks ?? []).slice(0, 3).map((leak) => element('div', { className: 'dflab-leak', textContent: leakText(leak) })),
      isVersion && !isSame ? element('div', { className: 'dflab-row' }, button('Compare', () => compare(file, record), { title: 'What changed from this version to the file as it is' }), button('Restore', () => restore(file, record.version)), record.leaks ? button('Remove', () => forget(file, record), { title: 'Remove this version, and the secret in it, from the history' }) : null) : null,
      isSame ? element('div', { className: isCurrent ? 'dflab-now' : 'dflab-soft', textContent: isCurrent ? 'This is the file' : 'The same as the file' }) : null);
  }

  function goneNode(each) {
    return element('li', { className: 'dflab-version' },
      element('div', { className: 'dflab-when' }, element('b', { textContent: each.path })),
      element('div', { className: 'dflab-soft', textContent: `${each.record.action === 'delete' ? `deleted by ${each.record.author}` : 'no longer there'}, ${timeText(each.record)} · ${sizeText(each.size)}` }),
      element('div', { className: 'dflab-row' }, button('Restore', () => restore({ path: each.path, id: each.id }, each.version))));
  }

  async function refresh() {
    if (!widget.isVisible) return;
    const mine = ++round;
    let parts;
    try {
      const [history, gone] = await Promise.all([path ? api.history({ path }) : { records: [] }, api.gone()]);
      const newest = history.records.find((record) => record.hash && record.hash === history.hash && record.action !== 'aside');
      const empty = path ? 'No versions yet: the next save makes one.' : 'Open a notebook or a text file to see its versions.';
      parts = [
        element('h2', { textContent: path ? nameOf(path) : 'Versions', title: path ?? '' }),
        history.records.length ? element('ol', {}, ...history.records.slice(0, showsAll ? undefined : SHOWN).map((record) => recordNode({ path }, record, newest, history.hash))) : element('p', { className: 'dflab-soft', textContent: empty }),
        !showsAll && history.records.length > SHOWN ? button(`Show all ${history.records.length}`, showAll) : null,
        gone.length ? element('details', { open: widget.node.querySelector('details')?.open ?? false }, element('summary', { textContent: `Deleted files (${gone.length})` }), element('ol', {}, ...gone.map(goneNode))) : null,
      ];
    } catch (error) {
      parts = [element('p', { className: 'dflab-leak', textContent: `The versions cannot be read: ${error.message}` })];
    }
    // An answer that was overtaken by the next question is not shown.
    if (mine === round) widget.node.replaceChildren(...parts.filter(Boolean));
  }

  function showAll() {
    showsAll = true;
    void refresh();
  }

  widget.processMessage = ((process) => (message) => {
    process(message);
    if (message.type === 'after-show' || message.type === 'after-attach') void refresh();
  })(widget.processMessage.bind(widget));

  return {
    widget,
    refresh,
    look: (newPath) => {
      showsAll = showsAll && path === newPath;
      path = newPath;
      void refresh();
    },
    path: () => path,
  };
}
