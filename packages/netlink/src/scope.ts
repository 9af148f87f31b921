import { RT_SCOPE } from './constants.js';

/** How far an address or a route reaches, as ip(8) calls it. A number is one that someone defined. */
export type Scope = 'global' | 'site' | 'link' | 'host' | 'nowhere' | number;

const scopes: readonly (readonly [name: Exclude<Scope, number>, number: number])[] = [
  ['global', RT_SCOPE.UNIVERSE],
  ['site', RT_SCOPE.SITE],
  ['link', RT_SCOPE.LINK],
  ['host', RT_SCOPE.HOST],
  ['nowhere', RT_SCOPE.NOWHERE],
];

export function scopeOf(number: number): Scope {
  return scopes.find(([, known]) => known === number)?.[0] ?? number;
}

export function scopeNumber(scope: Scope): number {
  return typeof scope === 'number' ? scope : (scopes.find(([name]) => name === scope)?.[1] ?? RT_SCOPE.UNIVERSE);
}
