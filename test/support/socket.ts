import { once } from 'node:events';
import { WebSocket } from 'ws';

/** A message of graphql-transport-ws that a server sends. */
export interface ServerMessage {
  readonly id?: string;
  readonly type: string;
  readonly payload?: unknown;
}

/** Runs a query on a WebSocket of its own. Returns the messages about it until it ends. */
export async function request(url: string, query: string): Promise<ServerMessage[]> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const messages: ServerMessage[] = [];
  const ended = new Promise<void>((resolve) =>
    socket.on('message', (text: Buffer) => {
      const message = JSON.parse(String(text)) as ServerMessage;
      if (message.id !== undefined) messages.push(message);
      if (message.type === 'complete' || message.type === 'error') resolve();
    }),
  );
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
  await ended;
  socket.terminate();
  return messages;
}
