// A small tunnel program: whoever connects to the public port is connected with the door. Its two ends are on this machine.
import { connect, createServer } from 'node:net';

const [door, publicPort] = process.argv.slice(2).map(Number);
createServer({ allowHalfOpen: true }, (outside) => {
  const inside = connect({
    port: door,
    host: '127.0.0.1',
    allowHalfOpen: true,
  });
  outside.pipe(inside).pipe(outside);
  for (const socket of [outside, inside]) socket.on('error', () => (outside.destroy(), inside.destroy()));
}).listen(publicPort, '127.0.0.1', () => console.log(`forwarding ${publicPort} to ${door}`));
