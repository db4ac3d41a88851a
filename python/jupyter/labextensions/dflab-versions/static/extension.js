// The plugin: what it needs of JupyterLab, and how its parts are put together.
import { makeApi, nameOf } from './api.js';
import { followSaves } from './late.js';
import { leakText, makePanel } from './panel.js';
import { guardSaves } from './saves.js';

const COMMAND = 'dflab-versions:open';

export function makePlugin(lab) {
  return {
    id: 'dflab-versions:plugin',
    description: 'The history of notebooks, and a save that overwrites nobody',
    autoStart: true,
    requires: [lab.IDocumentManager, lab.ILabShell],
    optional: [lab.ICommandPalette, lab.ILayoutRestorer],
    activate: (app, documents, shell, palette, restorer) => {
      document.head.append(Object.assign(document.createElement('link'), { rel: 'stylesheet', href: new URL('style.css', import.meta.url) }));
      const api = makeApi(lab);
      let panel = null;
      const told = new Map();

      // Once for each finding, not with each autosave.
      function showLeaks(path, leaks) {
        const text = leaks.map(leakText).join('; ');
        if (text === (told.get(path) ?? '')) return;
        told.set(path, text);
        if (!text) return;
        // JupyterLab shows 140 characters; the panel has the rest.
        const more = leaks.length > 1 ? ` and ${leaks.length - 1} more` : '';
        lab.Notification.warning(`Saved with ${leakText(leaks[0])}${more}. Take it out, and get a new one. (${nameOf(path)})`, {
          autoClose: false, actions: [{ label: 'Versions', callback: () => app.commands.execute(COMMAND) }],
        });
      }

      const late = followSaves({ app, shell, documents });
      const guard = guardSaves({ app, lab, documents, api, late, showLeaks });
      panel = makePanel({ app, lab, documents, api, guard });
      shell.add(panel.widget, 'right', { rank: 700 });
      restorer?.add(panel.widget, panel.widget.id);

      const follow = () => {
        const context = shell.currentWidget && documents.contextForWidget(shell.currentWidget);
        if (!context) return;
        late.watch(context);
        panel.look(context.path);
      };
      shell.currentChanged.connect(follow);
      app.restored.then(follow);
      app.serviceManager.contents.fileChanged.connect((_, change) => {
        if (change.type === 'rename' && change.oldValue?.path === panel.path()) panel.look(change.newValue.path);
        else void panel.refresh();
      });

      app.commands.addCommand(COMMAND, {
        label: 'Versions of This File',
        caption: 'Show who saved this file when; compare and restore',
        icon: lab.historyIcon,
        execute: () => {
          follow();
          shell.activateById(panel.widget.id);
        },
      });
      palette?.addItem({ command: COMMAND, category: 'File Operations' });
    },
  };
}
