import type { AssemblyProblem } from '@standpipe/errors';
import { dependenciesOf, type Instance } from '../assembly/instance.js';
import { nearestName } from '../nearest-name.js';
import { ambiguousService, duplicateService, serviceCycle, unknownBind } from '../problems.js';
import type { Dependency } from '../token.js';
import type { Provider, ServiceGraph } from './provider.js';
import { type Edge, topologicalOrder } from './topological-order.js';

/** A required service that nobody provides. */
export interface Lack {
  readonly token: Dependency;
  /** Instance id, or `the runtime`. */
  readonly neededBy: string;
  /** Where it is asked for: `requires.links`. */
  readonly as: string;
}

/** Decides who provides each service: the only one, or the one that `bind` names. */
export function chooseProviders(
  instances: readonly Instance[],
  bind: Readonly<Record<string, string>>,
  problems: AssemblyProblem[],
): ServiceGraph {
  const providers = new Map<symbol, Provider[]>();
  for (const provider of instances.filter(({ state }) => state === 'ok').flatMap(providersOf)) {
    const list = providers.get(provider.token.key);
    if (list === undefined) providers.set(provider.token.key, [provider]);
    else if (provider.token.kind === 'service' && list.at(-1)!.instance === provider.instance) {
      problems.push(duplicateService(provider.token.id, provider.instance.id));
    } else list.push(provider);
  }
  const passedOver = new Map<symbol, Provider[]>();
  const bound = new Set<string>();
  for (const [key, list] of providers) {
    const { kind, id } = list[0]!.token;
    if (kind !== 'service') continue;
    const choice = Object.hasOwn(bind, id) ? bind[id] : undefined;
    const chosen = list.find(({ instance }) => instance.id === choice);
    if (choice !== undefined) bound.add(id);
    if (chosen !== undefined) {
      providers.set(key, [chosen]);
      passedOver.set(
        key,
        list.filter((provider) => provider !== chosen),
      );
    } else if (choice !== undefined) {
      problems.push(unknownBind(id, choice, whyNot(choice, instances), `provided by ${idsOf(list).join(', ')}`));
    } else if (list.length > 1) {
      problems.push(ambiguousService(id, idsOf(list)));
    }
  }
  const services = [...providers.values()].map(([first]) => first!.token).filter(({ kind }) => kind === 'service');
  for (const [id, instance] of Object.entries(bind)) {
    if (bound.has(id)) continue;
    const nearest = nearestName(
      id,
      services.map((token) => token.id),
    );
    problems.push(unknownBind(id, instance, 'but nothing provides it', nearest === undefined ? undefined : `did you mean ${nearest}?`));
  }
  return { providers, passedOver };
}

/** Required services without a provider, in the order in which they are asked for. */
export function findLacks(instances: readonly Instance[], roots: readonly Dependency[], graph: ServiceGraph): Lack[] {
  const asked: Lack[] = roots.map((token) => ({ token, neededBy: 'the runtime', as: 'requires' }));
  for (const { id, plugin } of instances) {
    for (const [name, token] of Object.entries(plugin?.requires ?? {})) asked.push({ token, neededBy: id, as: `requires.${name}` });
  }
  return asked.filter(({ token }) => token.kind === 'service' && !graph.providers.has(token.key));
}

/** Reports services whose factories need each other. */
export function checkServiceCycles(graph: ServiceGraph, problems: AssemblyProblem[]): void {
  const nodes = [...graph.providers.values()].flat();
  const indexes = new Map(nodes.map((provider, index) => [provider, index]));
  const edges: Edge[] = nodes.flatMap((provider, to) =>
    provider.needs.flatMap(({ token, name }) =>
      (graph.providers.get(token.key) ?? []).map((needed) => ({ from: indexes.get(needed)!, to, why: name })),
    ),
  );
  for (const cycle of topologicalOrder(nodes.length, edges).cycles) {
    // Edges run from what is needed to who needs it; people read it the other way round.
    const path = cycle.map(({ to }) => nodes[to]!).reverse();
    problems.push(serviceCycle([...path, path[0]!].map(({ token, instance }) => `${token.id} (${instance.id})`)));
  }
}

function providersOf(instance: Instance): Provider[] {
  const dependencies = instance.plugin === undefined ? [] : dependenciesOf(instance.plugin);
  return instance.factories.map(({ token, needs, create, dispose }) => ({
    token,
    instance,
    needs: needs === undefined ? dependencies : dependencies.filter(({ name }) => needs.includes(name)),
    create: create as Provider['create'],
    dispose: dispose as Provider['dispose'],
  }));
}

function whyNot(id: string, instances: readonly Instance[]): string {
  const instance = instances.find((candidate) => candidate.id === id);
  if (instance === undefined) return 'which is not among the plugins';
  return instance.state === 'ok' ? 'which does not provide it' : `which is ${instance.state}`;
}

function idsOf(providers: readonly Provider[]): string[] {
  return providers.map(({ instance }) => instance.id);
}
