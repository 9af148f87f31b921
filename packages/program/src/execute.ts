import { delimiter } from 'node:path';
import { type Op, raise, sys } from './op.js';
import { ENVP, words } from './operand.js';

/**
 * Executes a command with the environment that init was started with. One without a slash is looked for in the folders of `path`, as
 * execvp(3) does. Comes back only by failing.
 *
 * @man execve(2)
 */
export function executeCommand(argv: readonly string[], path: string): Op[] {
  const [command = ''] = argv;
  const args = words('argv', [...argv, null]);
  const say = `run ${JSON.stringify(command)}`;
  if (command.includes('/')) return [sys('execve', [command, args, ENVP], { say })];
  const folders = path.split(delimiter).filter((folder) => folder !== '');
  return [
    ...folders.map((folder) =>
      sys('execve', [`${folder}/${command}`, args, ENVP], { unless: { errno: ['ENOENT', 'ENOTDIR', 'EACCES'] }, say }),
    ),
    raise(`${say}: it is not in PATH`),
  ];
}
