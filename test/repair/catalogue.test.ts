import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { diagnose } from '../../src/app.ts'
import { causes } from '../../src/causes/index.gen.ts'
import { fact } from '../../src/core/probe.ts'
import { readBundle } from '../../src/hosts/bundle.ts'
import { replay } from '../../src/hosts/replay.ts'
import { operationOf } from '../../src/repair/catalogue/catalogue.ts'
import { lookAt } from '../../src/repair/look.ts'
import { makePlan, type Wishes } from '../../src/repair/plan.ts'

/** What the catalogue takes of what the causes propose, on recordings of the lab. */

const bundleOf = (id: string) => readBundle(join(import.meta.dirname, `../bundles/${id}.oldhand`))

async function diagnosed(id: string) {
  const bundle = await bundleOf(id)
  const outcome = await diagnose(bundle.asked, replay(bundle))
  if (outcome.kind !== 'diagnosis') throw new Error(outcome.kind)
  return { diagnosis: outcome.diagnosis, transport: replay(bundle) }
}
const wishes: Wishes = {
  likely: false,
  maxRisk: "blips this host's ports",
  fences: { hosts: [], networks: [], windows: [] },
  prove: false,
}

const U = '0f1e2d3c-0000-4000-8000-123456789abc'

describe('refused, though close to what is allowed', () => {
  test.each([
    'systemctl restart sshd.service',
    'systemctl restart neutron-openvswitch-agent.service nova-compute.service',
    'systemctl restart',
    'ovs-ofctl add-flow br-int --log-file=/etc/x',
    'ovs-ofctl add-flow br-int priority=3,actions=drop extra',
    'ovs-ofctl add-flow --log-file=x priority=3,actions=drop',
    'ovs-ofctl del-flows br-int table=0',
    'ovs-ofctl add-flow br-int no_such_field=3,actions=drop',
    'ovs-vsctl set Open_vSwitch . other_config:x=y',
    'ovs-vsctl set Port tap1 qos=x',
    'ovs-vsctl set Bridge br0 datapath_type=netdev',
    'ovs-vsctl set Port tap1 tag=2 -- del-br br-int',
    'ovs-vsctl del-br br-int',
    'ovs-vsctl --may-exist add-port br0 --log-file=x',
    'ip link set eth0 down extra',
    'ip link set eth0 mtu 0',
    'ip link set eth0 mtu 1500 address fa:16:3e:00:00:01',
    'ip netns exec blue ip link set eth0 up',
    'ip netns delete qrouter-1',
    'ip netns delete ../sys',
    'sh -c reboot',
    `openstack port set --enable ${U} --name x`,
    'openstack port set --enable vm1',
    `openstack port delete ${U}`,
    `openstack subnet set --enable ${U}`,
    `openstack network agent add network --dhcp ${U} ${U} ${U}`,
    `openstack port set --host comp1;reboot ${U}`,
    `ovs-vsctl -- --may-exist add-port br-int tap1 -- set Interface tap2 external_ids:iface-id=${U} external_ids:attached-mac="fa:16:3e:00:00:01" external_ids:iface-status=active external_ids:vm-uuid=${U}`,
  ])('%s', (command) => expect(operationOf(command.split(' '))).toBeUndefined())
})

describe('a flow', () => {
  const flow = 'cookie=0x7,table=0,priority=3,in_port=1,dl_vlan=3933,actions=mod_vlan_vid:2,resubmit(,59)'
  const dump = (line: string) => ` NXST_FLOW reply (xid=0x4):\n${line}\n`
  const other =
    ' cookie=0x7, duration=1s, table=0, n_packets=5, n_bytes=0, idle_age=1, priority=2,in_port=1 actions=drop'
  const mine =
    ' cookie=0x7, duration=9s, table=0, n_packets=5, n_bytes=9, idle_age=0, priority=3,in_port=1,dl_vlan=3933 actions=mod_vlan_vid:2,resubmit(,59)'

  test('is added where it is missing, and taken back by its own cookie, table, priority and match', () => {
    const add = operationOf(['ovs-ofctl', 'add-flow', 'br-int', flow])
    const before = add?.state([dump(other)])
    expect(before).toEqual(fact(''))
    expect(add?.isDone(flow, '')).toBe(true)
    expect(add?.undo('')).toEqual([
      ...['ovs-ofctl', '--strict', 'del-flows', 'br-int'],
      'cookie=0x7/-1,table=0,priority=3,in_port=1,dl_vlan=3933',
    ])
  })
  test('that stood in its place comes back as it was', () => {
    const add = operationOf(['ovs-ofctl', 'add-flow', 'br-int', flow.replace('vid:2', 'vid:5')])
    const before = add?.state([dump(mine)])
    expect(before).toEqual(fact(flow))
    expect(add?.isDone(flow, flow)).toBe(false)
    expect(add?.undo(flow)).toEqual(['ovs-ofctl', 'add-flow', 'br-int', flow])
  })
  test('is deleted alone, and put back as it was, whatever it has counted meanwhile', () => {
    const rule = 'cookie=0x7/-1,table=0,priority=3,in_port=1,dl_vlan=3933'
    const gone = operationOf(['ovs-ofctl', '--strict', 'del-flows', 'br-int', rule])
    expect(gone?.state([dump(`${other}\n${mine}`)])).toEqual(fact(flow))
    expect(gone?.state([dump(mine.replace('n_packets=5', 'n_packets=99'))])).toEqual(fact(flow))
    expect([gone?.isDone('', flow), gone?.undo(flow)]).toEqual([true, ['ovs-ofctl', 'add-flow', 'br-int', flow]])
  })
})

test('a tap is plugged, and its undo knows what it made', () => {
  const ids = `external_ids:iface-id=${U} external_ids:attached-mac="fa:16:3e:00:00:01" external_ids:iface-status=active external_ids:vm-uuid=${U}`
  const plug = operationOf(`ovs-vsctl -- --may-exist add-port br-int tap1 -- set Interface tap1 ${ids}`.split(' '))
  const device = '[{"ifname": "tap1"}]'
  expect(plug?.state(['', '[]']).ok).toBe(false)
  const undo = operationOf(plug?.undo('') ?? [])
  expect(undo?.state(['br-int\n', device])).toEqual(plug?.state(['br-int\n', device]))
  expect([plug?.isDone('br-int', ''), undo?.isDone('br-int', ''), undo?.isDone('', '')]).toEqual([true, false, true])
  expect(plug?.forbids?.('br0')).toBeDefined()
})

test('of a namespace only the empty name is deleted', () => {
  const gone = operationOf('ip netns delete qdhcp-0f1e2d3c'.split(' '))
  const state = (text: string) => {
    const read = gone?.state([text])
    return read?.ok === true ? read.fact : 'not read'
  }
  expect(gone?.forbids?.(state('nsfs\n'))?.en).toMatch(/is a namespace/)
  expect(gone?.forbids?.(state('tmpfs\n'))).toBeUndefined()
  // The agent makes a real one in its place at once.
  expect([state(''), state('nsfs\n'), state('tmpfs\n')].map((now) => gone?.isDone(now, 'tmpfs'))).toEqual([
    true,
    true,
    false,
  ])
})

test('columns of OVSDB come back as they were: values, sets, maps and nothing', () => {
  const cell = (value: unknown) => JSON.stringify({ headings: ['x'], data: [[value]] })
  const run = 'ovs-vsctl set Port tap1 tag=2 -- clear Port tap1 vlan_mode -- clear Port tap1 trunks'.split(' ')
  const tag = operationOf(run)
  const before = tag?.state([cell(4095), cell('trunk'), cell(['set', [4095, 4094]])])
  if (!before?.ok) throw new Error('not read')
  expect(tag?.undo(before.fact)?.join(' ')).toBe(
    'ovs-vsctl set Port tap1 tag=4095 -- set Port tap1 vlan_mode=trunk -- set Port tap1 trunks=[4095,4094]',
  )
  const after = tag?.state([cell(2), cell(['set', []]), cell(['set', []])])
  expect(after?.ok && tag?.isDone(after.fact, before.fact)).toBe(true)
  expect(tag?.isDone(before.fact, before.fact)).toBe(false)

  const peer = operationOf('ovs-vsctl set Interface int-br0 options:peer=phy-br0'.split(' '))
  const wrong = peer?.state([cell(['map', [['peer', 'nonexistent-peer']]])])
  if (!wrong?.ok) throw new Error('not read')
  expect(peer?.isDone(wrong.fact, wrong.fact)).toBe(false)
  expect(peer?.undo(wrong.fact)?.at(-1)).toBe('options={peer=nonexistent-peer}')
})

describe('over the API', () => {
  const port = (fields: object) => [JSON.stringify({ port: fields })]

  test('a port is switched on by one request, and off again by its undo', () => {
    const on = operationOf(`openstack port set --enable ${U}`.split(' '))
    expect(on?.state(port({ admin_state_up: false }))).toEqual(fact('admin_state_up=false'))
    expect([on?.isDone('admin_state_up=true', ''), on?.isDone('admin_state_up=false', '')]).toEqual([true, false])
    expect(on?.undo('admin_state_up=false')).toEqual(`openstack port set --disable ${U}`.split(' '))
    expect(on?.undo('admin_state_up=true')).toBeUndefined()
    const body = { port: { admin_state_up: true } }
    expect(on?.change).toEqual({ on: 'api', method: 'PUT', path: `/v2.0/ports/${U}`, body })
  })
  test('a network is given to a DHCP agent, and taken from it again', () => {
    const add = operationOf(`openstack network agent add network --dhcp ${U} ${U}`.split(' '))
    expect(add?.state(['{"networks": []}'])).toEqual(fact('not hosted'))
    expect(add?.state(['not JSON']).ok).toBe(false)
    const undo = add?.undo('not hosted') ?? []
    expect(operationOf(undo)?.change).toMatchObject({ method: 'DELETE' })
    expect(operationOf(undo)?.isDone('not hosted', '')).toBe(true)
  })
  test('only a port that is not bound is bound again, and only where it is', () => {
    const bind = operationOf(`openstack port set --host comp1 ${U}`.split(' '))
    const state = (host: string, type: string) => {
      const read = bind?.state(port({ 'binding:host_id': host, 'binding:vif_type': type }))
      return read?.ok === true ? read.fact : ''
    }
    expect(bind?.forbids?.(state('comp1', 'binding_failed'))).toBeUndefined()
    expect(bind?.forbids?.(state('comp1', 'ovs'))).toBeDefined()
    expect(bind?.forbids?.(state('comp2', 'binding_failed'))).toBeDefined()
    expect([bind?.isDone(state('comp1', 'ovs'), ''), bind?.isDone(state('comp1', 'binding_failed'), '')]).toEqual([
      true,
      false,
    ])
    expect(bind?.state(port({})).ok).toBe(false)
  })
})

test('the MTU of a NIC is set, and set back', () => {
  const raise = operationOf('ip link set eth1 mtu 1500'.split(' '))
  const before = raise?.state([JSON.stringify([{}, { ifname: 'eth1', mtu: 1400 }])])
  expect(before).toEqual(fact('1400'))
  expect([raise?.isDone('1500', '1400'), raise?.isDone('1400', '1400')]).toEqual([true, false])
  expect(raise?.undo('1400')).toEqual(['ip', 'link', 'set', 'eth1', 'mtu', '1400'])
})

describe('a NIC', () => {
  const run = ['ovs-vsctl', '--may-exist', 'add-port', 'br0', 'eth1']
  const types = JSON.stringify({
    data: [
      ['phy-br0', 'patch'],
      ['br0', 'internal'],
      ['eth2', ''],
    ],
  })
  const link = (addresses: readonly unknown[], more = {}) =>
    JSON.stringify([{ ifname: 'eth1', addr_info: addresses, ...more }])
  const state = (outputs: readonly string[]) => {
    const read = operationOf(run)?.state(outputs)
    if (!read?.ok) throw new Error('not read')
    return read.fact
  }
  const forbidden = (outputs: readonly string[]) => operationOf(run)?.forbids?.(state(outputs))?.en
  const local = { scope: 'link', local: 'fe80::1' }

  test('that is free goes into a bridge without one', () => {
    const free = ['', 'phy-br0\n', types, link([local])]
    expect(forbidden(free)).toBeUndefined()
    expect(operationOf(run)?.undo(state(free))).toEqual(['ovs-vsctl', 'del-port', 'br0', 'eth1'])
  })
  test.each([
    ['with an address', ['', 'phy-br0\n', types, link([{ scope: 'global', local: '192.0.2.1' }])], /192\.0\.2\.1/],
    ['beside another: a loop', ['', 'phy-br0\neth2\n', types, link([])], /eth2.*loop/],
    ['of another bridge', ['br-ex\n', 'phy-br0\n', types, link([])], /br-ex/],
    ['of a bond', ['', 'phy-br0\n', types, link([], { master: 'bond0' })], /bond0/],
  ])('%s stays where it is', (_, outputs, why) => expect(forbidden(outputs)).toMatch(why))
})

/** What is there before such a command, of the kinds that do not take nothing for an answer. */
function brokenState(run: readonly string[]): string {
  if (run.includes('mtu')) return '1400'
  if (run.includes('link')) return 'down'
  return run[2] === 'add-port' ? '{"in":""}' : ''
}

describe.each(causes.map(({ id }) => id))('%s', (id) => {
  test('every step that it proposes can be taken back by the catalogue, or leaves nothing', async () => {
    const { diagnosis } = await diagnosed(id)
    const [first] = diagnosis.causes
    if (!first) throw new Error('nothing found')
    const remedies = first.cause.fix(first.verdict.detail, { subject: diagnosis.subject, host: first.host })
    for (const { run, on } of remedies) {
      const operation = run && on === first.host ? operationOf(run) : undefined
      const undo = operation?.undo(brokenState(run ?? []))
      if (undo !== undefined) expect(operationOf(undo), undo.join(' ')).toBeDefined()
    }
  })
})

describe('a plan, with the flow tables of a recording', () => {
  const planned = async (id: string, more: Partial<Wishes> = {}) => {
    const { diagnosis, transport } = await diagnosed(id)
    return makePlan('r1', diagnosis, { ...wishes, ...more }, (operation, host) => lookAt(operation, host, transport))
  }

  test('takes the hand-made flow where the agent may not be restarted, and says why the agent is not', async () => {
    const plan = await planned('brint-inbound-translation-missing', { maxRisk: 'none' })
    expect(plan.steps.map(({ run, before, risk }) => [run.slice(0, 3).join(' '), before, risk])).toEqual([
      ['ovs-ofctl add-flow br-int', '', 'none'],
    ])
    expect(plan.alternatives.map(({ run }) => run[1])).toEqual(['restart'])
    expect([plan.host, plan.causes.map(({ id }) => id)]).toEqual(['comp1', ['brint-inbound-translation-missing']])
  })
  test('is an instruction where only a person can do it', async () => {
    const plan = await planned('switch-trunk-missing-vlan', { likely: true })
    expect([plan.steps, plan.instructions.length > 0, plan.causes[0]?.evidence.length]).toEqual([
      [],
      true,
      expect.any(Number),
    ])
  })
  test('leaves a likely cause alone unless told otherwise', async () => {
    expect((await planned('switch-trunk-missing-vlan')).causes).toEqual([])
  })
  describe('of several steps', () => {
    const unmapped = async (more: Partial<Wishes> = {}) => {
      const { diagnosis, transport } = await diagnosed('port-binding-failed-physnet-unmapped')
      const read: Readonly<Record<string, readonly string[]>> = {
        grep: [
          '3:[ovs]\n4:bridge_mappings = physnet1x:br0\n',
          'a'.repeat(64),
          '{"networks": [{"provider:physical_network": "physnet1"}]}',
          'br0\n',
        ],
        systemctl: ['LoadState=loaded\nActiveState=active\nInvocationID=1\n'],
      }
      return makePlan('r1', diagnosis, { ...wishes, ...more }, (operation, host) => {
        const outputs = read[operation.looks[0]?.argv[0] ?? '']
        return outputs ? Promise.resolve(operation.state(outputs)) : lookAt(operation, host, transport)
      })
    }
    test('stands in the plan in order, on the host of the VM; the restart comes again with the undo', async () => {
      const { host, steps } = await unmapped({ bridge: 'br0' })
      expect([host, steps.map(({ on, run, causes: [cause] }) => [on, run[0], cause])]).toEqual([
        'comp1',
        [
          ['comp1', 'crudini', undefined],
          ['comp1', 'systemctl', 'port-binding-failed-physnet-unmapped'],
          ['api', 'openstack', 'port-binding-failed-physnet-unmapped'],
        ],
      ])
      expect(steps[0]?.before).toMatch(/^line 4: bridge_mappings = physnet1x:br0; sha256/)
      expect(steps[0]?.touches.en).toMatch(/it becomes: bridge_mappings = physnet1:br0$/)
      expect(steps[1]?.undo).toEqual(steps[1]?.run)
    })
    test('is a person’s as a whole where only he knows a name', async () => {
      const { steps, instructions } = await unmapped()
      expect([steps, instructions.length]).toEqual([[], 3])
    })
    test('is left out as a whole where one step costs too much, or may not be taken', async () => {
      const risky = await unmapped({ bridge: 'br0', maxRisk: 'none' })
      const fenced = await unmapped({ bridge: 'br0', fences: { hosts: ['comp1'], networks: [], windows: [] } })
      for (const { steps, alternatives } of [risky, fenced]) expect([steps, alternatives.length]).toEqual([[], 3])
    })
  })
  test('that takes something away and gives it back plans the second step from the first, and has one thing to take back', async () => {
    const { diagnosis, transport } = await diagnosed('ovsfw-port-flows-missing')
    const port = '{"port": {"admin_state_up": true}}'
    const plan = await makePlan(
      'r1',
      diagnosis,
      { ...wishes, likely: true, maxRisk: 'blips this port' },
      (operation, host) =>
        host === 'api' ? Promise.resolve(operation.state([port])) : lookAt(operation, host, transport),
    )
    expect(plan.steps.map(({ run, before, undo }) => [run[3], before, undo?.[3]])).toEqual([
      ['--disable', 'admin_state_up=true', '--enable'],
      ['--enable', 'admin_state_up=false', undefined],
    ])
  })
  test('touches no protected host or network', async () => {
    const ways = { maxRisk: 'none' } as const
    for (const fences of [
      { hosts: ['comp1'], networks: [], windows: [] },
      { hosts: [], networks: ['net3933'], windows: [] },
    ]) {
      const plan = await planned('brint-inbound-translation-missing', { ...ways, fences })
      expect(plan.steps).toEqual([])
      expect(plan.alternatives.map(({ notTaken }) => notTaken.en).join()).toMatch(/protected/)
    }
  })
})
