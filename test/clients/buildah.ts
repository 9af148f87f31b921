import { type Client, step } from './client.js';

const options = '--isolation oci --runtime $RUNTIME --network none';

export const buildah: Client = {
  name: 'buildah',
  needs: ['buildah'],
  version: 'buildah --version',
  prepare: `
cd $HOME
cat > containers.conf <<END
[containers]
default_sysctls = []
default_ulimits = ["nofile=20000:20000", "nproc=32768:32768"]
END
cat > storage.conf <<END
[storage]
driver = "overlay"
runroot = "$XDG_RUNTIME_DIR/storage"
graphroot = "$HOME/storage"
END
buildah pull -q oci-archive:$D/image.tar
mkdir context
echo copied > context/file
`,
  steps: [
    step('from', 'buildah from --name work localhost/bb:1'),
    step('run', `buildah run ${options} work echo hello`),
    step('run: exit code', `buildah run ${options} work sh -c 'exit 7'`, /exit status 7/),
    step('run: both outputs', `buildah run ${options} work sh -c 'echo out; echo err >&2'`),
    step('run: standard input', `echo text | buildah run ${options} work cat`),
    step('run: on a terminal', `terminal "buildah run -t ${options} work sh -c 'tty; exit 0'"`),
    step('run: a user', `buildah run --user 1000:50 ${options} work sh -c 'id; grep Cap /proc/self/status'`),
    step('run: capabilities', `buildah run --cap-drop CAP_CHOWN --cap-add CAP_NET_ADMIN ${options} work grep Cap /proc/self/status`),
    step(
      'run: a volume',
      `buildah run -v $HOME/context:/data:ro ${options} work sh -c 'cat /data/file; touch /data/no'`,
      /Read-only file system/,
    ),
    step(
      'run: folder and environment',
      `buildah config --workingdir /tmp --env A=b work; buildah run ${options} work sh -c 'pwd; echo $A'`,
    ),
    step('run: namespaces', `buildah run --pid host --ipc host ${options} work sh -c '[ $$ != 1 ] && echo host'`),
    step('run: a missing command', `buildah run ${options} work missing`, /missing\\*": executable file not found in \$PATH/),
    step('run: not executable', `buildah run ${options} work /etc/passwd`, /permission denied/),
    step('run: what was written stays', `buildah run ${options} work sh -c 'echo kept > /kept'; buildah run ${options} work cat /kept`),
    step('run: chroot isolation beside it', 'buildah run --isolation chroot work echo chroot'),
    step(
      'copy and commit',
      'buildah copy -q work $HOME/context/file /file >/dev/null; buildah commit -q work localhost/made:1; buildah rm work',
    ),
    step(
      'bud',
      `cat > $HOME/context/Dockerfile <<'END'
FROM localhost/made:1
ARG WHAT=nothing
ENV A=b
COPY file /copied
RUN cat /copied /file /kept && echo $WHAT $A
RUN mkdir /d && chown 1000:50 /d
USER 1000:50
WORKDIR /d
RUN id && touch mine && stat -c %u:%g mine
SHELL ["/bin/sh", "-e", "-c"]
RUN grep Cap /proc/self/status
CMD ["cat", "/copied"]
END
buildah bud ${options} --build-arg WHAT=something -t localhost/built:1 $HOME/context | grep -v '^-->'`,
    ),
    step(
      'bud: many stages',
      `printf 'FROM localhost/bb:1 AS one\\nRUN echo one > /one\\nFROM localhost/bb:1\\nCOPY --from=one /one /two\\nRUN cat /two\\n' > $HOME/context/Many; buildah bud -q ${options} -f $HOME/context/Many $HOME/context`,
    ),
    step(
      'bud: limits',
      `printf 'FROM localhost/bb:1\\nRUN ulimit -Sn\\n' > $HOME/context/Limits; buildah bud ${options} --ulimit nofile=512:1024 --ulimit nproc=1000:1000 --shm-size 1m -f $HOME/context/Limits $HOME/context | grep -v '^-->'`,
    ),
    step(
      'bud: a step that fails',
      `printf 'FROM localhost/bb:1\\nRUN echo before; exit 3\\n' > $HOME/context/Fails; buildah bud ${options} -f $HOME/context/Fails $HOME/context`,
      /exit status 3/,
    ),
    step(
      'bud: a missing command',
      `printf 'FROM localhost/bb:1\\nRUN ["missing"]\\n' > $HOME/context/Fails; buildah bud ${options} -f $HOME/context/Fails $HOME/context`,
      /missing\\*": executable file not found in \$PATH/,
    ),
    step(
      'nothing is left',
      "buildah containers -q; find /sys/fs/cgroup -name 'buildah*'; ls /run/runc /run/standpipe 2>/dev/null | grep buildah",
    ),
  ],
};
