import { readyMadeOperations, trustedOnlyNote } from './ready-made-operations.ts';

// The styles and scripts that this server adds to GraphiQL's bundle.

/**
 * Styles that override those of the bundle. The bundle would animate the initial tabs, but the animation
 * never runs: they stay displaced, and the first click misses. On the narrow screen of a phone, the panes are
 * placed below each other.
 */
export const STYLES = `
.graphiql-tab { transform: none !important }
@media (max-width: 700px) {
  .graphiql-container { flex-direction: column-reverse; height: 100dvh }
  .graphiql-container .graphiql-sidebar { flex: none; flex-direction: row; width: 100%; padding: 4px 8px }
  .graphiql-container .graphiql-sidebar { overflow: visible }
  .graphiql-container .graphiql-main { flex-direction: column; min-height: 0; overflow: hidden }
  .graphiql-container #graphiql-session { flex-direction: column; min-height: 0 }
  .graphiql-container .graphiql-sessions { margin: 0; border-radius: 0; min-height: 0 }
  .graphiql-container .graphiql-editors, .graphiql-container .graphiql-response { min-height: 0 }
  .graphiql-container .graphiql-query-editor, .graphiql-container .graphiql-editor-tool { padding: 8px }
  .graphiql-container .graphiql-response { padding-top: 8px }
  .graphiql-container .graphiql-plugin { min-width: 0 !important; min-height: 45dvh }
  .graphiql-horizontal-drag-bar, .graphiql-container .graphiql-logo { display: none }
}
`;

/** How the bundle shows a failure, such as an unreachable server: with a stack trace of its own code. */
const WITH_STACK = '{message:n.message,stack:n.stack}';

/** The bundle's script, without stack traces. Throws if a new bundle shows failures differently. */
export function withoutStacks(bundle: string): string {
  if (!bundle.includes(WITH_STACK))
    throw new Error('GraphiQL shows failures in another way: see withoutStacks');
  return bundle.replace(WITH_STACK, '{message:n.message}');
}

/** Most events that the tab of a subscription shows: the latest ones. */
const MOST_EVENTS = 1_000;

/**
 * The script that runs before the bundle. It tells the editor where its workers are. The bundle assigns its
 * editor to `__MONACO`; by default this editor marks Chinese punctuation as suspicious characters. GraphiQL
 * shows only the last message of a subscription, but an ingest sends many, so `EventsSocket` puts the events
 * of all messages so far into each.
 */
export function prepareScript(): string {
  return `const folder = new URL('.', document.currentScript.src);
self.MonacoEnvironment = {
  globalAPI: false,
  getWorkerUrl: (_id, label) => new URL(label + '.js', folder).href,
};

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
    const fields = Object.entries(message.payload.data ?? {});
    for (const [name, batch] of fields) this.#add(message.id, name, batch);
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

/**
 * The script that runs after the bundle: starts GraphiQL. A WebSocket of a page has no headers, so the header
 * `authorization` of the editor becomes a parameter of the connection. If only trusted documents run, the first
 * tab says so.
 */
export function startScript(onlyTrusted: boolean): string {
  const options = {
    title: 'Papergraph',
    shouldPersistHeaders: false,
    defaultTabs: onlyTrusted ? [trustedOnlyNote, ...readyMadeOperations] : readyMadeOperations,
    subscriptionsProtocol: 'WS',
  };
  return `const connectionParams = () => {
  const isHeaders = (model) => model.uri.path.includes('headers') && model.isAttachedToEditor();
  const text = __MONACO.editor.getModels().find(isHeaders)?.getValue() || '{}';
  try {
    const headers = Object.entries(JSON.parse(text));
    return Object.fromEntries(headers.filter(([name]) => name.toLowerCase() === 'authorization')
      .map(([, value]) => ['authorization', value]));
  } catch {
    return {};
  }
};
YogaGraphiQL.renderYogaGraphiQL(document.querySelector('#root'), { ...${JSON.stringify(options)}, connectionParams });
`;
}
