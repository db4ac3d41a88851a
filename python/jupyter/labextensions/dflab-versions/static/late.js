// What comes while a save is on its way. JupyterLab takes what is typed then for saved with the rest: the document shows no change, is not saved
// by itself and closes without a question. And it drops a "Save" until the one before has ended, with its question for a name and its checkpoint.
const SAVE = 'docmanager:save';

export function followSaves({ app, shell, documents }) {
  const states = new WeakMap(); // of a document its last save, and whether it has changed since that began
  const running = new Map(); // documents whose "Save" has not ended, and whether another one was asked for since
  const current = () => shell.currentWidget && documents.contextForWidget(shell.currentWidget);

  function watch(context) {
    if (states.has(context)) return;
    const state = { save: null, changed: false };
    states.set(context, state);
    context.model.contentChanged.connect(() => { state.changed = true; });
    context.saveState.connect((_, save) => {
      state.save = save;
      if (save === 'started') state.changed = false;
      if (save === 'completed' && state.changed) context.model.dirty = true;
    });
  }

  function saveAgain(context) {
    // Not what the person has just called off, nor what has just failed.
    if (context.isDisposed || !context.model.dirty || states.get(context).save !== 'completed') return;
    const again = context === current() ? app.commands.execute(SAVE) : context.save();
    again.catch(() => undefined); // JupyterLab has told
  }

  app.commands.commandExecuted.connect((_, { id, result }) => {
    const context = id === SAVE && current();
    if (!context) return;
    watch(context);
    if (running.has(context)) return void running.set(context, true);
    running.set(context, false);
    const end = () => {
      const again = running.get(context);
      running.delete(context);
      if (again) saveAgain(context);
    };
    result.then(end, end);
  });

  return {
    watch,
    /** A document has just been loaded, which is no change of it. */
    loaded: (context) => {
      if (states.has(context)) states.get(context).changed = false;
    },
  };
}
