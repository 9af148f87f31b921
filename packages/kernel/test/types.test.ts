import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type Assembly, definePlugin, extensionPoint, pipeline, service, SlotValues, slot, type StandardSchema } from '../src/index.js';
import { assembleAll, litresSchema } from './fixtures/kitchen.js';

// Most of this file is checked by tsc: each expected error is an error, and nothing else is.

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(_proof: Same<A, B>): void {}

const Name = service<string>('name');
const Age = service<number>('age');
const Pet = extensionPoint<{ readonly legs: number }>('pets');
const Text = slot<string>('text');
const walk = pipeline<{ steps: number }>('walk').inPhases(['left', 'right']);

describe('types', () => {
  it('reach factories and steps by inference', async () => {
    const plugin = definePlugin({
      id: 'p',
      api: 1,
      requires: { name: Name, pets: Pet },
      optional: { age: Age },
      config: litresSchema,
      probe: ({ litres }) => (litres > 0 ? { supported: true } : { supported: false, reason: 'dry' }),
      declare: ({ provide, extend, step }, config) => {
        same<typeof config, { litres: number }>(true);
        return [
          provide(service<boolean>('flag'), ({ name, pets, age }, { litres }) => {
            same<typeof name, string>(true);
            same<typeof pets, readonly { readonly legs: number }[]>(true);
            same<typeof age, number | undefined>(true);
            same<typeof litres, number>(true);
            return true;
          }),
          provide(service<string>('greeting'), {
            needs: ['name'],
            create: (deps) => {
              // @ts-expect-error only what is in `needs` is given
              void deps.pets;
              return deps.name;
            },
            dispose: (greeting) => void greeting.length,
          }),
          // @ts-expect-error a factory makes what the token says
          provide(Name, () => 5),
          // @ts-expect-error `needs` names what the plugin requires
          provide(Name, { needs: ['nobody'], create: () => '' }),
          // @ts-expect-error a contribution is what the point says
          extend(Pet, () => ({ legs: 'four' })),
          // @ts-expect-error services are not extended
          extend(Name, () => ''),
          // @ts-expect-error factories are synchronous
          provide(Name, async () => ''),
          step(walk.phase.left, {
            id: 'go',
            reads: [Text],
            run(ctx, { name, age }, { litres }) {
              same<typeof ctx, { steps: number }>(true);
              same<typeof age, number | undefined>(true);
              ctx.steps += name.length + litres;
            },
          }),
          // @ts-expect-error there is no such dependency
          step(walk.phase.right, { id: 'stop', run: (_ctx, { nobody }) => void nobody }),
        ];
      },
    });
    expect(plugin.id).to.equal('p');
  });

  it('hold phases, configs and definitions', () => {
    // @ts-expect-error there is no such phase
    expect(walk.phase.up).to.equal(undefined);
    same<(typeof walk)['phases'], readonly ('left' | 'right')[]>(true);
    definePlugin({ id: 'bare', api: 1, declare: (_kit, config) => (same<typeof config, undefined>(true), []) });
    // @ts-expect-error the kernel has one API
    definePlugin({ id: 'future', api: 2, declare: () => [] });
    // @ts-expect-error an extension point is never absent
    definePlugin({ id: 'odd', api: 1, optional: { pets: Pet }, declare: () => [] });
    const coerced = {} as StandardSchema<{ on?: string }, { on: boolean }>;
    definePlugin({ id: 'coerced', api: 1, config: coerced, declare: (_kit, { on }) => (same<typeof on, boolean>(true), []) });
    expect(walk.phases).to.deep.equal(['left', 'right']);
  });

  it('come out of the assembly and of slots', async () => {
    const assembly: Assembly = await assembleAll([]);
    const typed = (): void => {
      same<ReturnType<typeof assembly.get<string>>, string>(true);
      const age = assembly.optional(Age);
      same<typeof age, number | undefined>(true);
      const pets = assembly.all(Pet);
      same<typeof pets, readonly { readonly legs: number }[]>(true);
      // @ts-expect-error the context is the pipeline's
      void assembly.pipeline(walk).run({ stairs: 1 });
      // @ts-expect-error a slot takes what it says
      new SlotValues().set(Text, 5);
    };
    expect(typed).to.be.a('function');
  });
});
