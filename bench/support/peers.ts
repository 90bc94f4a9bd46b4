import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';

/** The folder of the peers, which have dependencies and a Node of their own. */
export const PEERS = path.resolve('bench/peers');

/** Installs the dependencies of the peers unless that is done. Returns the path of their Node. */
export function installPeers(): string {
  const node = path.join(PEERS, 'node_modules/node/bin/node');
  const installed = path.join(PEERS, 'node_modules/.package-lock.json');
  const lock = statSync(path.join(PEERS, 'package-lock.json'));
  if (!existsSync(node) || !existsSync(installed) || statSync(installed).mtimeMs < lock.mtimeMs)
    execFileSync('npm', ['ci', '--prefix', PEERS, '--no-audit', '--no-fund', '--loglevel', 'error'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  return node;
}
