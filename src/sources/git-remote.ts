import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';

/**
 * The `owner/repo` of a folder that is the top of a git working tree: from its remote `origin`, else from its
 * only remote. Undefined for any other folder, and for a remote that is a local path. Reads the files itself,
 * so that git need not be installed.
 */
export async function repositoryOf(folder: string): Promise<string | undefined> {
  const config = await configFile(path.join(folder, '.git'));
  const text = config === undefined ? undefined : await contents(config);
  if (text === undefined) return undefined;
  const remotes = remoteUrls(text);
  const url = remotes.get('origin') ?? (remotes.size === 1 ? [...remotes.values()][0] : undefined);
  return url === undefined ? undefined : repositoryName(url);
}

/**
 * The file that lists the remotes. `.git` is a folder, or in worktrees and submodules a file that names a
 * folder.
 */
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

/** Far larger than any configuration. */
const MAX_BYTES = 1_000_000;

async function contents(file: string): Promise<string | undefined> {
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile() !== true || found.size > MAX_BYTES) return undefined;
  return await readFile(file, 'utf8').catch(() => undefined);
}

/** The first URL of each remote in a git configuration, by the name of the remote. */
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

/** At least two names, separated by slashes. None starts with a dot, so that the path cannot contain `..`. */
const PLAIN_PATH = /^(?!\.)[\p{L}\p{N}._~-]+(?:\/(?!\.)[\p{L}\p{N}._~-]+)+$/u;
const LONGEST_PATH = 200;

/**
 * The path `owner/repo` of a remote, which is a URL or the short form for ssh, `git@host:owner/repo.git`;
 * else undefined.
 */
export function repositoryName(remote: string): string | undefined {
  const name = remotePath(remote)
    ?.replace(/^\/+/, '')
    .replace(/\/+$/, '')
    .replace(/\.git$/, '');
  return name !== undefined && name.length <= LONGEST_PATH && PLAIN_PATH.test(name) ? name : undefined;
}

/** Undefined for a local folder, written as a path or as a `file:` URL. */
function remotePath(remote: string): string | undefined {
  if (URL.canParse(remote)) {
    const { protocol, pathname } = new URL(remote);
    if (/^(?:https?|ssh|git):$/.test(protocol)) return pathname;
  }
  // A single letter before the colon would be a drive of Windows.
  return /^(?:[^\s/:@]+@)?[^\s/:@]{2,}:(?!\/\/)(.+)$/.exec(remote)?.[1];
}
