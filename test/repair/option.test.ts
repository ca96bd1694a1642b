import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fact } from '../../src/core/probe.ts'
import { operationOf } from '../../src/repair/catalogue/catalogue.ts'
import { backupOf, editScript, editSteps } from '../../src/repair/catalogue/option/script.ts'

/** `bridge_mappings` in a configuration file: what is read and decided, and what the script does to a real file. */

const FILE = '/etc/neutron/plugins/ml2/openvswitch_agent.ini'
const SUM = 'a'.repeat(64)
const run = (entry: string, file = FILE) => `crudini --set --list ${file} ovs bridge_mappings ${entry}`.split(' ')
const networks = (...names: readonly string[]) =>
  JSON.stringify({ networks: names.map((name) => ({ 'provider:physical_network': name })) })
const outputs = (lines: string, used = networks('physnet1')) => [lines, `${SUM}  ${FILE}\n`, used, 'br-int\nbr0\n']
const misspelt = outputs(
  '1:[DEFAULT]\n3:[ovs]\n4:bridge_mappings = physnet2:br2,physnet1x:br0\n9:[agent]\n',
  networks('physnet1', 'physnet2'),
)

function stateOf(read: readonly string[], entry = 'physnet1:br0'): string {
  const state = operationOf(run(entry))?.state(read)
  return state?.ok ? state.fact : expect.fail('not read')
}
const changed = (read: readonly string[]) => operationOf(run('physnet1:br0'))?.argv?.(stateOf(read)).slice(4).join(' ')
const refused = (read: readonly string[], entry = 'physnet1:br0') =>
  operationOf(run(entry))?.forbids?.(stateOf(read, entry))?.en

describe('the line', () => {
  test('that has a misspelt name gives it up, and keeps the others', () => {
    expect(stateOf(misspelt)).toBe(
      `line 4: bridge_mappings = physnet2:br2,physnet1x:br0; sha256 ${SUM}; no network has physnet1x`,
    )
    expect(refused(misspelt)).toBeUndefined()
    expect(changed(misspelt)).toBe(`${FILE} ${SUM} 4 c bridge_mappings = physnet2:br2,physnet1:br0`)
  })
  test('that is not there comes after the head of its section, not into another', () => {
    const none = outputs('1:[DEFAULT]\n2:bridge_mappings = no:no\n3:[ovs]\n9:[agent]\n')
    expect(changed(none)).toBe(`${FILE} ${SUM} 3 a bridge_mappings = physnet1:br0`)
  })
  test('that stands there twice: the last one counts', () => {
    expect(changed(outputs('3:[ovs]\n4:bridge_mappings = \n5:bridge_mappings: p:br9\n'))).toMatch(
      / 5 c .* = p:br9,physnet1:br0$/,
    )
  })
  test('is taken back by the backup, whose state is read in the same words', () => {
    const undo = operationOf(run('physnet1:br0'))?.undo(stateOf(misspelt)) ?? []
    expect(undo).toEqual(['mv', '-fT', `${FILE}.oldhand-${'a'.repeat(12)}`, FILE])
    expect(operationOf(undo)?.state(misspelt)).toEqual(fact(stateOf(misspelt)))
    expect(operationOf(undo)?.isDone(stateOf(misspelt), '')).toBe(true)
  })
})

describe('refused', () => {
  test.each([
    [
      'a bridge of a network that is in use',
      outputs('3:[ovs]\n4:bridge_mappings = other:br0\n', networks('physnet1', 'other')),
      /join the two/,
    ],
    ['what is there already', outputs('3:[ovs]\n4:bridge_mappings = physnet1:br9\n'), /restart it/],
  ])('%s', (_, read, why) => expect(refused(read)).toMatch(why))
  test("the agent's own bridge", () => expect(refused(outputs('3:[ovs]\n'), 'physnet1:br-int')).toMatch(/own bridge/))
  test.each([
    ['no such bridge', outputs('3:[ovs]\n'), 'physnet1:br7'],
    ['no such section', outputs('1:[DEFAULT]\n'), 'physnet1:br0'],
    ['a line that is no mapping', outputs('3:[ovs]\n4:bridge_mappings = "a:b"\n'), 'physnet1:br0'],
    ['a cloud that does not show its physical networks', outputs('3:[ovs]\n', '{"networks": [{}]}'), 'physnet1:br0'],
  ])('%s: not known', (_, read, entry) => expect(operationOf(run(entry))?.state(read).ok).toBe(false))
  test.each([
    run('physnet1:br0', '/etc/passwd'),
    run('physnet1:br0', '/etc/neutron/../passwd.conf'),
    run('physnet1:br0;reboot'),
    run('physnet1:<BRIDGE>'),
    [...run('physnet1:br0'), 'more'],
    ['mv', '-fT', `${FILE}.oldhand-aaaaaaaaaaaa`, '/etc/neutron/neutron.conf'],
  ])('%s %s %s %s %s', (...words) =>
    expect(operationOf(words.filter((word) => typeof word === 'string'))).toBeUndefined(),
  )
})

describe('on a real file', () => {
  const old = '[DEFAULT]\ntransport_url = rabbit://u:secret@ctl\n[ovs]\nbridge_mappings = physnet1x:br0\n# end\n'
  const fresh = old.replace('physnet1x', 'physnet1')
  const sha = createHash('sha256').update(old).digest('hex')
  let folder: string
  let file: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'oldhand-option-'))
    file = join(folder, 'agent.ini')
    writeFileSync(file, old)
    chmodSync(file, 0o640)
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const edit = (script = editScript, line = '4', sum = sha) =>
    spawnSync('sh', ['-c', script, 'oldhand', file, sum, line, 'c', 'bridge_mappings', '=', 'physnet1:br0'], {
      encoding: 'utf8',
    })
  const text = () => readFileSync(file, 'utf8')

  test('only the line changes; owner and mode stay, and the old file beside it', () => {
    if (process.getuid?.() === 0) chownSync(file, 1, 2)
    const before = statSync(file)
    expect(edit()).toMatchObject({ status: 0, stderr: '' })
    const { uid, gid, mode } = statSync(file)
    expect([text(), uid, gid, mode]).toEqual([fresh, before.uid, before.gid, before.mode])
    expect(readdirSync(folder).toSorted()).toEqual(['agent.ini', `agent.ini.oldhand-${sha.slice(0, 12)}`])
    expect(statSync(backupOf(file, sha))).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs })
    spawnSync('mv', ['-fT', backupOf(file, sha), file])
    expect([text(), statSync(file).ino, readdirSync(folder)]).toEqual([old, before.ino, ['agent.ini']])
  })
  test.each([
    ['that was changed meanwhile', () => edit(editScript, '4', 'b'.repeat(64))],
    [
      'whose value goes on in the next line',
      () => {
        writeFileSync(file, old.replace('# end', '  more:br1'))
        return edit(editScript, '4', createHash('sha256').update(text()).digest('hex'))
      },
    ],
    [
      'that is a link',
      () => {
        rmSync(file)
        writeFileSync(`${file}.d`, old)
        symlinkSync(`${file}.d`, file)
        return edit()
      },
    ],
  ])('one %s stays as it is, and nothing beside it', (_, tried) => {
    const ended = tried()
    expect([ended.status === 0, text().includes('physnet1:br0')]).toEqual([false, false])
    expect(readdirSync(folder).filter((name) => name.includes('oldhand'))).toEqual([])
  })
  test.each(editSteps.map((_, i) => i + 1))(
    'killed after step %i: the old file or the new one, and it can be done again',
    (n) => {
      edit([...editSteps.slice(0, n), 'kill -9 $$'].join('; '))
      expect([old, fresh]).toContain(text())
      if (text() === old) expect(edit().status).toBe(0)
      expect([text(), readFileSync(backupOf(file, sha), 'utf8')]).toEqual([fresh, old])
    },
  )
})
