import type { Finding } from '../finding.js';
import type { Subject } from '../subject.js';

/** Users, mandatory access control, scores, hooks, and what stands in the environment. */
export function checkPrivileges({ spec, mapped }: Subject): Finding[] {
  const { process, linux, hooks } = spec;
  const findings: Finding[] = [];
  const add = (id: string, severity: Finding['severity'], pointer: string, message: string, fix: string): void => {
    findings.push({ id, severity, pointer, message, fix });
  };
  if (process?.noNewPrivileges !== true)
    add(
      'privileges.no-new-privs',
      mapped ? 'low' : 'medium',
      '/process/noNewPrivileges',
      'setuid programs and file capabilities raise its rights',
      'set it to true',
    );
  const { apparmorProfile = '', selinuxLabel = '' } = process ?? {};
  if (apparmorProfile === 'unconfined')
    add('lsm.unconfined', 'medium', '/process/apparmorProfile', 'AppArmor is switched off for it', 'name a profile for containers');
  else if (apparmorProfile === '' && selinuxLabel === '')
    add(
      'lsm.none',
      'low',
      '/process/apparmorProfile',
      'no mandatory access control holds it when everything else fails',
      'name an AppArmor profile or an SELinux label; or give it a Landlock policy in the annotation org.standpipe.landlock',
    );
  if ((process?.oomScoreAdj ?? 0) < 0)
    add(
      'process.oom-score',
      'low',
      '/process/oomScoreAdj',
      'when memory runs out, the kernel kills others first',
      'leave it at 0 or above',
    );
  for (const [i, entry] of (process?.env ?? []).entries()) {
    const name = entry.split('=')[0] ?? '';
    if (/(?:PASSWORD|PASSWD|SECRET|TOKEN|PRIVATE_KEY|API_?KEY)$/i.test(name))
      add(
        'process.secret-in-env',
        'low',
        `/process/env/${String(i)}`,
        `${name} stands in the config, in /proc, and in whatever prints the environment`,
        'hand secrets over in a file',
      );
  }
  for (const [kind, list] of Object.entries<readonly { readonly path: string }[] | undefined>({ ...hooks })) {
    if (kind === 'startContainer') continue;
    for (const [i, { path }] of (list ?? []).entries())
      add(
        'hooks.host',
        'low',
        `/hooks/${kind}/${String(i)}`,
        `${path} runs with the rights of the runtime`,
        'make sure that nobody but root can write to it',
      );
  }
  if (linux?.rootfsPropagation === 'shared' || linux?.rootfsPropagation === 'rshared')
    add(
      'mounts.propagation',
      'high',
      '/linux/rootfsPropagation',
      'what it mounts shows up on the host',
      'leave it out, or say slave or private',
    );
  return findings;
}
