import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** The folder of the peers, which have dependencies and a Node of their own. */
export const PEERS = path.resolve('bench/peers');

/** Installs the dependencies of the peers unless that is done. Returns the path of their Node. */
export function installPeers(): string {
  const lock = readFileSync(path.join(PEERS, 'package-lock.json'), 'utf8');
  // A copy of the lock that was installed.
  const installed = path.join(PEERS, 'node_modules/.installed.json');
  if (!existsSync(installed) || readFileSync(installed, 'utf8') !== lock) {
    // The peers run on their own Node, not on the one that runs npm.
    const quietly = ['--no-audit', '--no-fund', '--loglevel', 'error', '--engine-strict=false'];
    execFileSync('npm', ['ci', '--prefix', PEERS, ...quietly], { stdio: ['ignore', 'ignore', 'inherit'] });
    writeFileSync(installed, lock);
  }
  return path.join(PEERS, 'node_modules/node/bin/node');
}
