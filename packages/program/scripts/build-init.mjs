// Builds standpipe-init for this machine's architecture, and for the others whose cross compiler is
// here, and writes src/generated/init-images.ts: the images with the id that binds programs to them.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const sources = fileURLToPath(new URL('../init/', import.meta.url));
const generated = fileURLToPath(new URL('../src/generated/', import.meta.url));
const target = join(generated, 'init-images.ts');

const flags = [
  '-std=gnu11 -O2 -Wall -Wextra -Werror -static -nostdlib -ffreestanding -fno-builtin -fno-pie -no-pie',
  '-fno-stack-protector -fno-asynchronous-unwind-tables -fno-tree-loop-distribute-patterns -s',
  '-Wl,--build-id=none -Wl,-z,norelro -Wl,-z,noexecstack',
]
  .join(' ')
  .split(' ');

const architectures = {
  x64: { compilers: ['x86_64-linux-gnu-gcc', 'cc'], flags: ['-mno-red-zone', '-fcf-protection=none', '-mgeneral-regs-only'] },
  arm64: { compilers: ['aarch64-linux-gnu-gcc', 'cc'], flags: ['-mgeneral-regs-only'] },
};

const hash = createHash('sha256').update(JSON.stringify([flags, architectures]));
for (const name of readdirSync(sources).sort()) hash.update(name).update(readFileSync(join(sources, name)));
const digest = hash.digest('hex');
const id = `0x${digest.slice(0, 16)}`;

if (process.argv.includes('--if-changed') && existsSync(target) && readFileSync(target, 'utf8').includes(`${id}n`)) process.exit(0);

const work = mkdtempSync(join(tmpdir(), 'standpipe-init-'));
try {
  const images = {};
  for (const [arch, { compilers, flags: own }] of Object.entries(architectures)) {
    const compiler = compilers.find((name) => works(name) && (name !== 'cc' || arch === process.arch));
    if (compiler === undefined) {
      if (arch === process.arch) throw new Error(`standpipe-init needs a C compiler: install gcc (none of ${compilers.join(', ')} works)`);
      console.log(`standpipe-init for ${arch}: left out, ${compilers[0]} is not installed`);
      continue;
    }
    const out = join(work, arch);
    execFileSync(
      compiler,
      [...flags, ...own, `-DINIT_ID=${id}UL`, `-Wl,-T,${join(sources, 'init.ld')}`, '-o', out, join(sources, 'init.c')],
      {
        stdio: 'inherit',
      },
    );
    images[arch] = trim(readFileSync(out));
    console.log(`standpipe-init for ${arch}: ${images[arch].length} bytes, id ${id}`);
  }
  mkdirSync(generated, { recursive: true });
  const lines = Object.entries(images).map(([arch, image]) => `  ${arch}: '${image.toString('base64')}',`);
  writeFileSync(
    target,
    `// Made by scripts/build-init.mjs from init/. Not kept in git.\nexport const initId = ${id}n;\n\n/** ELF images, base64, cut behind their text. */\nexport const initImages: Readonly<Partial<Record<'x64' | 'arm64', string>>> = {\n${lines.join('\n')}\n};\n`,
  );
} finally {
  rmSync(work, { recursive: true });
}

function works(compiler) {
  try {
    execFileSync(compiler, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

// Behind the text come padding, the placeholder of the program and section headers: none is loaded.
function trim(image) {
  const first = Number(image.readBigUInt64LE(32));
  const count = image.readUInt16LE(56);
  let end = 0;
  for (let at = first; at < first + count * 56; at += 56) {
    const vaddr = image.readBigUInt64LE(at + 16);
    if (image.readUInt32LE(at) === 1 && vaddr < 0x10000000n)
      end = Math.max(end, Number(image.readBigUInt64LE(at + 8) + image.readBigUInt64LE(at + 32)));
  }
  const trimmed = Buffer.from(image.subarray(0, end));
  trimmed.writeBigUInt64LE(0n, 40); // e_shoff
  trimmed.writeUInt32LE(0, 60); // e_shnum, e_shstrndx
  return trimmed;
}
