import { readyMadeOperations } from './ready-made-operations.ts';

// What GraphiQL's page gets from us beside the bundle: styles, and the scripts that start it.

/**
 * Styles after the bundle's own. Tabs that are there from the start are left moved by an animation that never runs, and
 * swallow the first click on them. On a narrow screen (a phone) the panes lie below each other.
 */
export const STYLES = `
.graphiql-tab { transform: none !important }
@media (max-width: 700px) {
  .graphiql-container { flex-direction: column-reverse; height: 100dvh }
  .graphiql-container .graphiql-sidebar { flex-direction: row; width: 100%; padding: 4px 8px; overflow: visible; flex: none }
  .graphiql-container .graphiql-main, .graphiql-container #graphiql-session { flex-direction: column; min-height: 0 }
  .graphiql-container .graphiql-main { overflow: hidden }
  .graphiql-container .graphiql-sessions { margin: 0; border-radius: 0; min-height: 0 }
  .graphiql-container .graphiql-editors, .graphiql-container .graphiql-response { min-height: 0 }
  .graphiql-container .graphiql-query-editor, .graphiql-container .graphiql-editor-tool { padding: 8px }
  .graphiql-container .graphiql-response { padding-top: 8px }
  .graphiql-container .graphiql-plugin { min-width: 0 !important; min-height: 45dvh }
  .graphiql-horizontal-drag-bar, .graphiql-container .graphiql-logo { display: none }
}
`;

/** The bundle shows failures, such as a server that cannot be reached, with a stack of its own code. */
const WITH_STACK = '{message:n.message,stack:n.stack}';

/** The bundle's script, changed to show failures without its stack. Throws where a new bundle has no such place. */
export function withoutStacks(bundle: string): string {
  if (!bundle.includes(WITH_STACK))
    throw new Error('GraphiQL shows failures in another way: see withoutStacks');
  return bundle.replace(WITH_STACK, '{message:n.message}');
}

/** Events that a subscription's tab shows at most, the latest ones. */
const MOST_EVENTS = 1_000;

/**
 * The script before the bundle's. The editor's workers are the files beside it. `__MONACO` is where the bundle leaves its
 * editor, which by default draws a box around Chinese punctuation, as if it were an attack. GraphiQL shows only the last
 * message of a subscription, but an ingest sends many: `EventsSocket` puts the events of all messages so far into each.
 */
export function prepareScript(): string {
  return `const folder = new URL('.', document.currentScript.src);
self.MonacoEnvironment = { globalAPI: false, getWorkerUrl: (_id, label) => new URL(label + '.js', folder).href };

const unicodeHighlight = { ambiguousCharacters: false, invisibleCharacters: false, nonBasicASCII: false };
let monaco;
Object.defineProperty(self, '__MONACO', {
  get: () => monaco,
  set: (loaded) => {
    monaco = loaded;
    monaco.editor.onDidCreateEditor((editor) => editor.updateOptions({ unicodeHighlight }));
  },
});

self.WebSocket = class EventsSocket extends WebSocket {
  #shown = new Map();
  set onmessage(listener) {
    super.onmessage =
      listener && (({ data }) => listener(new MessageEvent('message', { data: this.#gather(data) })));
  }
  #gather(text) {
    const message = JSON.parse(text);
    if (message.type === 'complete' || message.type === 'error') this.#shown.delete(message.id);
    if (message.type !== 'next') return text;
    for (const [name, batch] of Object.entries(message.payload.data ?? {})) this.#add(message.id, name, batch);
    return JSON.stringify(message);
  }
  #add(id, name, batch) {
    if (!Array.isArray(batch?.events)) return;
    const shown = this.#shown.get(id) ?? {};
    batch.events = [...(shown[name] ?? []), ...batch.events].slice(-${MOST_EVENTS});
    this.#shown.set(id, { ...shown, [name]: batch.events });
  }
};
`;
}

/** The script after the bundle's: starts GraphiQL. */
export function startScript(): string {
  const options = {
    title: 'Papergraph',
    shouldPersistHeaders: false,
    defaultTabs: readyMadeOperations,
    subscriptionsProtocol: 'WS',
  };
  return `YogaGraphiQL.renderYogaGraphiQL(document.querySelector('#root'), ${JSON.stringify(options)});\n`;
}
