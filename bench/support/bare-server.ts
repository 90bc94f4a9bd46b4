// The peer that fan-out compares with: bare `ws`. Its only argument is the port. POST / sends its body to every client.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { WebSocketServer } from 'ws';

const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
const server = createServer((request, response) => {
  void broadcast(request, response);
});
server.on('upgrade', (request, socket, head) => {
  sockets.handleUpgrade(request, socket, head, (accepted) => {
    accepted.on('error', () => {});
    // Acknowledges the connection and answers the subscription, as graphql-transport-ws does.
    accepted.on('message', (data: Buffer) => {
      const { type } = JSON.parse(data.toString()) as { type: string };
      if (type === 'connection_init') accepted.send('{"type":"connection_ack"}');
      else if (type === 'subscribe') accepted.send('{"id":"1","type":"next","payload":{}}');
    });
  });
});

async function broadcast(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const text = await buffer(request);
  for (const client of sockets.clients) client.send(text, { binary: false });
  response.end();
}

server.listen(Number(process.argv[2]), '127.0.0.1', () => process.send?.('ready'));
