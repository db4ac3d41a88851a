// The REST API of histories, of the person's own server.
export function makeApi({ ServerConnection, URLExt }) {
  const settings = ServerConnection.makeSettings();
  const ask = async (name, query, init = {}) => {
    const url = URLExt.join(settings.baseUrl, 'dflab/api/versions', name) + URLExt.objectToQueryString(query);
    const response = await ServerConnection.makeRequest(url, init, settings);
    if (!response.ok) throw await ServerConnection.ResponseError.create(response);
    return response;
  };
  const send = (name, body) => ask(name, {}, { method: 'POST', body: JSON.stringify(body) });
  const get = async (name, query) => (await ask(name, query)).json();
  const post = async (name, body) => (await send(name, body)).json();
  return {
    /** The records of a file, the newest first; none where there are no versions. */
    history: async (file) => {
      try {
        return await get('history', file);
      } catch (error) {
        if (error.response?.status !== 404) throw error;
        return { hash: null, records: [] };
      }
    },
    difference: (file, from) => get('difference', { ...file, from }),
    gone: () => get('gone', {}),
    restore: (body) => post('restore', body),
    /** Removes a version for good. */
    forget: (body) => send('forget', body),
    /** Makes a version of what is not saved, without changing the file. */
    setAside: (body) => post('aside', body),
  };
}

export const isConflict = (error) => error.response?.status === 409;

export const nameOf = (path) => path.split('/').pop();

const timeFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
export const timeText = (record) => timeFormat.format(new Date(record.time));

export function sizeText(bytes) {
  const units = ['bytes', 'KB', 'MB', 'GB'];
  const unit = Math.min(Math.floor(Math.log(Math.max(bytes, 1)) / Math.log(1000)), units.length - 1);
  return `${unit ? (bytes / 1000 ** unit).toFixed(1) : bytes} ${units[unit]}`;
}

/** An element with properties and children; text is only ever text. */
export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}
