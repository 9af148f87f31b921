import { constants } from 'node:os';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { signalName, signalNumber } from '@standpipe/syscalls';

describe('signals', () => {
  const numbers: readonly [string, number | undefined][] = [
    ['SIGTERM', 15],
    ['TERM', 15],
    ['term', 15],
    ['15', 15],
    ['015', 15],
    ['0', 0],
    ['64', 64],
    ['65', undefined],
    ['SIGRTMIN', 34],
    ['RTMIN+3', 37],
    ['SIGRTMAX-1', 63],
    ['RTMAX+1', undefined],
    ['RTMIN-1', undefined],
    ['IOT', 6],
    ['SIGPOLL', 29],
    ['-9', undefined],
    ['9 ', undefined],
    ['', undefined],
    ['SIG', undefined],
    ['SIGSIGTERM', undefined],
    ['constructor', undefined],
  ];
  for (const [text, number] of numbers) {
    it(`${JSON.stringify(text)} is ${number ?? 'no signal'}`, () => expect(signalNumber(text)).to.equal(number));
  }

  it('agree with every number that Node knows', () => {
    for (const [name, number] of Object.entries(constants.signals)) expect(signalNumber(name), name).to.equal(number);
  });

  it('have names', () => {
    expect([9, 31, 32, 34, 37, 64].map(signalName)).to.deep.equal(['SIGKILL', 'SIGSYS', 'SIG32', 'SIGRTMIN', 'SIGRTMIN+3', 'SIGRTMAX']);
  });
});
