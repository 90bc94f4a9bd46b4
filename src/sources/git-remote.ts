import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';

/**
 * The `owner/repo` of the git repository whose working tree this folder is the top of: of its remote `origin`, else of its only
 * remote. Undefined where the folder is no such top, or its remote is none on another host. Git itself need not be there.
 */
export async function repositoryOf(folder: string): Promise<string | undefined> {
  const config = await configFile(path.join(folder, '.git'));
  const text = config === undefined ? undefined : await contents(config);
  if (text === undefined) return undefined;
  const remotes = remoteUrls(text);
  const url = remotes.get('origin') ?? (remotes.size === 1 ? [...remotes.values()][0] : undefined);
  return url === undefined ? undefined : repositoryName(url);
}

/** The file in which the remotes stand. `.git` is a folder, or in worktrees and submodules a file that names one. */
async function configFile(dotGit: string): Promise<string | undefined> {
  const found = await stat(dotGit).catch(() => undefined);
  if (found === undefined) return undefined;
  if (found.isDirectory()) return path.join(dotGit, 'config');
  const folder = /^gitdir: (.+)$/m.exec((await contents(dotGit)) ?? '')?.[1]?.trim();
  if (folder === undefined) return undefined;
  const gitDir = path.resolve(path.dirname(dotGit), folder);
  const common = (await contents(path.join(gitDir, 'commondir')))?.trim() ?? '.';
  return path.join(path.resolve(gitDir, common), 'config');
}

/** No configuration is longer. */
const MOST_BYTES = 1_000_000;

async function contents(file: string): Promise<string | undefined> {
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile() !== true || found.size > MOST_BYTES) return undefined;
  return await readFile(file, 'utf8').catch(() => undefined);
}

/** The first URL of each remote of a git configuration, by the remotes' names. */
function remoteUrls(config: string): Map<string, string> {
  const urls = new Map<string, string>();
  let remote: string | undefined;
  for (const line of config.split('\n').map((each) => each.trim())) {
    if (line.startsWith('[')) remote = /^\[remote\s+"(.*)"\]/i.exec(line)?.[1];
    const url = /^url\s*=\s*"?([^\s"#;]+)/i.exec(line)?.[1];
    if (remote !== undefined && url !== undefined && !urls.has(remote)) urls.set(remote, url);
  }
  return urls;
}

/** Two names or more, of letters and what hosts allow besides. */
const PLAIN_PATH = /^(?!\.)[\p{L}\p{N}._~-]+(?:\/(?!\.)[\p{L}\p{N}._~-]+)+$/u;
const LONGEST_PATH = 200;

/** `owner/repo` of a remote's URL or of its short form for ssh (`git@host:owner/repo.git`), without what stands before its path. */
export function repositoryName(remote: string): string | undefined {
  const name = remotePath(remote)
    ?.replace(/^\/+/, '')
    .replace(/\/+$/, '')
    .replace(/\.git$/, '');
  return name !== undefined && name.length <= LONGEST_PATH && PLAIN_PATH.test(name) ? name : undefined;
}

/** Undefined for a folder, be it written as a path or as a `file:` URL. */
function remotePath(remote: string): string | undefined {
  if (URL.canParse(remote)) {
    const { protocol, pathname } = new URL(remote);
    if (/^(?:https?|ssh|git):$/.test(protocol)) return pathname;
  }
  // One letter before the colon is a drive.
  return /^(?:[^\s/:@]+@)?[^\s/:@]{2,}:(?!\/\/)(.+)$/.exec(remote)?.[1];
}
