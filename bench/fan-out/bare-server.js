// The peer: bare `ws`, which sends the same text to all: node bare-server.js PORT
// POST / sends its body to every client.
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { WebSocketServer } from 'ws';

const server = createServer((request, response) => {
  void answer(request, response);
});
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
sockets.on('connection', (socket) => {
  socket.on('error', () => {});
  // As graphql-transport-ws does: the connection and the subscription are answered.
  socket.on('message', (data) => {
    const { type } = JSON.parse(data);
    if (type === 'connection_init') socket.send('{"type":"connection_ack"}');
    else if (type === 'subscribe') socket.send('{"id":"1","type":"next","payload":{}}');
  });
});
async function answer(request, response) {
  const text = await buffer(request);
  for (const client of sockets.clients) client.send(text, { binary: false });
  response.end();
}

server.listen(Number(process.argv[2]), '127.0.0.1', () => process.send('ready'));
