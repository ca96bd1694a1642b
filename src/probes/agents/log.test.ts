import { describe, expect, test } from 'vitest'
import { readBundle } from '../../hosts/bundle.ts'
import { logPlace, parseLog } from './log.ts'

test('a line older than the window, or than the process that runs now, is history and not evidence', async () => {
  const file = new URL('../../../test/bundles/provider-bridge-missing.oldhand', import.meta.url).pathname
  const { answers } = await readBundle(file)
  const answer = answers.find((a) => a.stdout.includes('Agent terminated!'))
  if (!answer) throw new Error('the recording has lost its log')
  const lines = parseLog(answer, 0, 0).filter((l) => l.cause === 'provider-bridge-missing')
  const last = lines.at(-1)
  expect(last?.source.line).toMatch(/Bridge \S+ for physical network \S+ does not exist/)
  expect(parseLog(answer, 0, (last?.at ?? 0) + 1).filter((l) => l.cause === 'provider-bridge-missing')).toEqual([])
  const zone = 8 * 3600 * 1000
  expect(parseLog(answer, zone, 0).map((l) => l.at)).toEqual(parseLog(answer, 0, 0).map((l) => l.at - zone))
})

test('a line of the journal has its own time zone', () => {
  const line = '2026-11-24T13:57:02+0800 comp1 neutron-openvswitch-agent[7]: ERROR Error while processing VIF ports'
  const answer = { ask: { host: 'h', argv: ['journalctl'] }, stdout: line, stderr: '', exit: 0, ms: 1 }
  expect(parseLog(answer, 3_600_000, 0).map((l) => [l.cause, new Date(l.at).toISOString()])).toEqual([
    ['ovs-agent-down', '2026-11-24T05:57:02.000Z'],
  ])
})

describe('where an agent logs', () => {
  const config = (options: Record<string, string>) => ({
    options: new Map(
      Object.entries(options).map(([name, value]) => [`DEFAULT/${name}`, { value, line: '', host: 'h', command: 'c' }]),
    ),
    files: [],
    fromProcess: true,
  })
  test.each([
    ['agent --log-file=/var/log/neutron/a.log', { log_file: '/other.log' }, ['/var/log/neutron/a.log'], 'command line'],
    ['agent (/usr/bin/python3 agent --log-file=/var/log/a.log)', {}, ['/var/log/a.log'], 'command line'],
    ['agent --log-dir /srv/log --log-file a.log', {}, ['/srv/log/a.log'], 'command line'],
    ['agent', { log_dir: '/srv/log', log_file: 'b.log' }, ['/srv/log/b.log'], 'configuration'],
  ] as const)('%s with %j', (args, options, files, from) => {
    expect(logPlace('neutron-dhcp-agent', args, config(options))).toEqual({ files, from })
  })
  test('the usual names of every distribution where nothing tells', () => {
    const { files, from } = logPlace('neutron-dhcp-agent', undefined, undefined)
    expect(files).toContain('/var/log/neutron/dhcp-agent.log')
    expect(from).toBe('usual places')
  })
})
