import type { Command } from 'commander';

/** The meaning of each exit status. */
type Meanings = Readonly<Record<number, string>>;

const SHARED: Meanings = {
  1: 'an unexpected failure',
  2: 'wrong usage, or no database',
  130: 'interrupted by SIGINT (Ctrl-C)',
  143: 'interrupted by SIGTERM',
};

/**
 * Adds all exit statuses of a command to its help. Its own meanings override those that all commands share.
 */
export function explainExit<C extends Command>(command: C, own: Meanings): C {
  const lines = Object.entries({ ...SHARED, ...own }).map(
    ([status, meaning]) => `  ${status.padEnd(4)} ${meaning}`,
  );
  command.addHelpText('after', `\nExit status:\n${lines.join('\n')}`);
  return command;
}
