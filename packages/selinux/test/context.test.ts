import { expect } from 'chai';
import { describe, it } from 'mocha';
import { formatContext, formatLevel, parseContext, parseLevel, withLevel } from '../src/index.js';

describe('a context', () => {
  it('is taken apart and put together as the kernel writes it', () => {
    for (const label of [
      'system_u:system_r:container_t:s0:c1,c2',
      'system_u:system_r:kernel_t:s0',
      'system_u:object_r:container_file_t:s0:c1.c3,c5,c8,c9',
      'unconfined_u:unconfined_r:unconfined_t:s0-s0:c0.c1023',
      'user_u:user_r:user_t:s1:c7-s15:c0.c255',
      'root:sysadm_r:sysadm_t',
    ])
      expect(formatContext(parseContext(label))).to.equal(label);
  });

  it('has a range of levels, or one, or none', () => {
    const { range } = parseContext('a:b:c:s0-s3:c0.c2');
    expect(range).to.deep.equal({ low: { sensitivity: 0, categories: [] }, high: { sensitivity: 3, categories: [0, 1, 2] } });
    expect(parseContext('a:b:c:s0:c4').range).to.deep.equal({
      low: { sensitivity: 0, categories: [4] },
      high: { sensitivity: 0, categories: [4] },
    });
    expect(parseContext('a:b:c')).to.deep.equal({ user: 'a', role: 'b', type: 'c' });
  });

  it('names categories once, in order, and runs of three by their ends', () => {
    expect(formatLevel(parseLevel('s0:c5,c1,c5,c3.c4'))).to.equal('s0:c1,c3.c5');
    expect(formatLevel(parseLevel('s0:c1.c2'))).to.equal('s0:c1,c2');
    expect(formatLevel(parseLevel('s0:c0.c1023'))).to.equal('s0:c0.c1023');
  });

  it('gets another level', () => {
    expect(withLevel('system_u:system_r:container_t:s0:c1,c2', 's0')).to.equal('system_u:system_r:container_t:s0');
    expect(withLevel('system_u:system_r:container_t:s0-s0:c0.c1023', 's0:c3,c4')).to.equal('system_u:system_r:container_t:s0:c3,c4');
    expect(() => withLevel('system_u:system_r:container_t:s0', 'c1')).to.throw('"c1" is no level');
  });

  it('is refused with its fault', () => {
    for (const label of ['', 'a', 'a:b', 'a:b:', 'a:b:c d', 'a:b:c:s0-s1-s2', 'a:b:c\n', 'a/b:c:d'])
      expect(() => parseContext(label, '/here'), JSON.stringify(label)).to.throw('is no SELinux label');
    for (const level of ['a:b:c:', 'a:b:c:s', 'a:b:c:s0:', 'a:b:c:s0:c1024', 'a:b:c:s0:c3.c1', 'a:b:c:s0:c1,', 'a:b:c:s0-', 'a:b:c:c1'])
      expect(() => parseContext(level), level).to.throw('is no level');
  });
});
