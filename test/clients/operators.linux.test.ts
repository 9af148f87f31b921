import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { needs, needsRoot } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { root } from '../architecture/workspaces.js';
import { buildah } from './buildah.js';
import { type Client, step } from './client.js';
import { containerd } from './containerd.js';
import { dockerd } from './dockerd.js';
import { podman } from './podman.js';
import { standpipeRuntime } from './runtimes.js';
import { runSession } from './sandbox.js';

const page = readFileSync(join(root, 'docs/operators.md'), 'utf8');

/** The block under a heading, with the runtime where the sandbox has it. */
function block(heading: string, language: string): string {
  const section = page.split(/^## /m).find((each) => each.startsWith(`${heading}\n`)) ?? '';
  const text = section.split(`\`\`\`${language}\n`)[1]?.split('```')[0];
  if (text === undefined) throw new Error(`no ${language} block under "${heading}"`);
  return text.replaceAll('/usr/local/bin/standpipe', '$RUNTIME');
}

const tries: readonly Client[] = [
  {
    ...podman,
    prepare: podman.prepare.replace(/^runtime = [\s\S]*?^END$/m, () => `${block('Podman', 'toml').replace('[engine]\n', '')}END`),
    steps: [
      step('runs a container', "podman info --format '{{.Host.OCIRuntime.Name}}'; podman run --rm bb:1 echo hello"),
      step('by its path', 'podman --runtime $RUNTIME run --rm bb:1 echo hello'),
    ],
  },
  { ...buildah, steps: [step('runs a command', `container=$(buildah from localhost/bb:1); ${block('buildah', 'sh')}`)] },
  { ...containerd, steps: [step('runs a container', `image=localhost/bb:1; ${block('containerd', 'sh')}`)] },
  {
    ...dockerd,
    prepare: dockerd.prepare.replace(
      'dockerd --config-file',
      `cat > $D/docker/page.json <<END\n${block('Docker', 'json')}END
jq -s '.[0] * .[1] | del(."default-runtime")' $D/docker/daemon.json $D/docker/page.json > $D/docker/both.json
mv $D/docker/both.json $D/docker/daemon.json
dockerd --config-file`,
    ),
    steps: [step('runs a container', 'docker run --rm --runtime standpipe --network none localhost/bb:1 echo hello')],
  },
];

describe('what docs/operators.md says', function () {
  this.timeout(120_000);
  before(function () {
    needsRoot(this);
    for (const program of ['busybox', 'jq', 'tini', 'unshare']) needs(this, program);
  });

  for (const client of tries) {
    it(client.name, async function () {
      for (const program of client.needs) needs(this, program);
      for (const { step: name, code, stdout, stderr } of await runSession(client, standpipeRuntime)) {
        expect(code, `${name}: ${stderr}`).to.equal(0);
        if (name !== 'prepare' && name !== 'version') expect(stdout, name).to.match(/^hello$/m);
      }
    });
  }

  it('the launcher', () => {
    expect(block('The launcher', 'sh')).to.match(/^#!\/bin\/sh\nexec \/\S+\/node \/\S+\/@standpipe\/cli\/bin\/standpipe\.cjs "\$@"\n$/);
  });
});
