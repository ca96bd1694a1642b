import { describe, expect, test } from 'vitest'
import { verbatim } from '../../src/core/failure.ts'
import { fact, problem } from '../../src/core/probe.ts'
import type { Entry, Proof, RepairEvent, RepairStep } from '../../src/core/repair.ts'
import { carryOut, type Hands, type Story, storyOf, undone } from '../../src/repairing.ts'
import { planOf, startAgent } from './plan.ts'

/** The engine alone, against a host that is one service: `state` is what systemd would show of it. */

interface World {
  state: string
  readonly ran: string[]
  readonly entries: Entry[]
  /** What the check says, from what is there. */
  check: (state: string) => 'ruled out' | 'found' | 'unknown'
  /** What happens to a command. */
  act: (run: readonly string[]) => { exit: number | null }
  readable: boolean
  /** What packets sent as the VM show, one proof after another; the last goes on. */
  readonly proofs?: Proof['is'][]
  /** Found by the diagnosis at the end. */
  readonly causes: string[]
  locked: boolean
  /** What Neutron says of the agent of the host, one look after another; in the end that it is dead. */
  readonly alive: boolean[]
  /** Of another service. */
  restarts: number
}

function worldOf(more: Partial<World> = {}): World {
  const world: World = {
    ...{ state: 'inactive', ran: [], entries: [], readable: true, locked: true, causes: [], alive: [], restarts: 0 },
    check: (state) => (state.startsWith('active') ? 'ruled out' : 'found'),
    act: (run) => obey(world, run),
    ...more,
  }
  return world
}

function obey(world: World, run: readonly string[]): { exit: number } {
  if (run[1] === 'stop') world.state = 'inactive'
  if (run[1] === 'start') world.state = 'active 1'
  if (run[1] === 'restart') world.restarts += 1
  if (run[0] === 'openstack') world.state = 'comp1 ovs'
  return { exit: 0 }
}

function handsOf(world: World): Hands {
  const write = (event: RepairEvent) => {
    world.entries.push({ n: 1, at: '', repair: 'r1', by: { user: '', machine: '' }, prev: '', ...event })
    return Promise.resolve()
  }
  const { proofs } = world
  const prove = async () => ({
    is: (proofs && proofs.length > 1 ? proofs.shift() : proofs?.[0]) ?? 'unknown',
    says: verbatim('the proof.'),
  })
  return {
    ...(proofs ? { prove } : {}),
    journal: { entries: world.entries, write },
    look: async ({ looks }) => {
      if (looks[0]?.argv[2]?.startsWith('/v2.0/agents')) return world.alive.shift() ? fact('alive') : problem('dead')
      if (looks[0]?.argv.at(-1) === OTHER) return fact(`active ${world.restarts}`)
      return world.readable ? fact(world.state) : problem('no answer')
    },
    act: async (host, run) => {
      world.ran.push(run.join(' '))
      return { ask: { host, argv: run }, stdout: '', stderr: '', ms: 0, ...world.act(run) }
    },
    isLocked: () => world.locked,
    check: async () => ({ is: world.check(world.state), says: verbatim('it is still so') }),
    diagnose: async () => ({ verdict: 'healthy', causes: world.causes }),
    agrees: async () => true,
    tell: () => {},
    patience: { everyMs: 0, forMs: () => 0, lateMs: 0 },
  }
}

async function begun(world: World, steps?: readonly RepairStep[]): Promise<Story> {
  const found = { verdict: 'broken', causes: [] } as const
  await handsOf(world).journal.write({ event: 'planned', plan: planOf('r1', steps), found })
  return storyNow(world)
}
function storyNow({ entries }: World): Story {
  const story = storyOf(entries, 'r1')
  if (!story) throw new Error('no story')
  return story
}
const events = ({ entries }: World) =>
  entries.map((e) => (e.event === 'begun' || e.event === 'ended' ? `${e.event} ${e.doing}` : e.event))
const START = 'systemctl start neutron-openvswitch-agent.service'
const OTHER = 'neutron-dhcp-agent.service'
const STOP = 'systemctl stop neutron-openvswitch-agent.service'

test('a step is written down before it runs, proved by the check, and the repair closed', async () => {
  const world = worldOf()
  const ending = await carryOut(await begun(world), handsOf(world), { keep: false })
  expect([ending.outcome, world.ran]).toEqual(['fixed', [START]])
  expect(events(world)).toEqual(['planned', 'begun do', 'ended do', 'checked', 'closed'])
})

describe('a diagnosis that lies', () => {
  test.each(['found', 'unknown'] as const)('the check says %s: the repair takes itself back', async (is) => {
    const world = worldOf({ check: () => is })
    const ending = await carryOut(await begun(world), handsOf(world), { keep: false })
    expect([ending.outcome, world.ran, world.state]).toEqual(['undone', [START, STOP], 'inactive'])
    expect(ending.why.en).toMatch(/did not help/)
  })
  test('unless it is to be kept', async () => {
    const world = worldOf({ check: () => 'found' })
    const ending = await carryOut(await begun(world), handsOf(world), { keep: true })
    expect([ending.outcome, world.ran]).toEqual(['kept', [START]])
  })
})

describe('what a person was to do', () => {
  const resumed = async (more: Partial<World>) => {
    const world = worldOf(more)
    const ending = await carryOut(await begun(world, []), handsOf(world), { keep: false })
    return { ...ending, events: events(world) }
  }
  test('is verified', async () => {
    expect((await resumed({ state: 'active 1' })).outcome).toBe('fixed')
  })
  test.each([
    ['found', /is still found/],
    ['unknown', /could not be checked/],
  ] as const)('and where the check says %s, that is said and the repair stays open', async (is, words) => {
    const { outcome, why, events: written } = await resumed({ check: () => is })
    expect([outcome, why.en, written]).toEqual(['stopped', expect.stringMatching(words), ['planned']])
  })
})

describe('a way of several steps', () => {
  const restart: RepairStep = {
    ...startAgent,
    before: 'active 0',
    run: ['systemctl', 'restart', OTHER],
    undo: ['systemctl', 'restart', OTHER],
  }
  const { undo: _, ...bare } = startAgent
  const run = 'openstack port set --host comp1 0f1e2d3c-0000-4000-8000-123456789abc'.split(' ')
  const bind: RepairStep = { ...bare, on: 'api', run, before: 'active 1' }
  const RESTART = restart.run.join(' ')
  const unproved = { ...startAgent, causes: [] }

  test('is proved at its end; taken back, what has read the changed state reads it again at last', async () => {
    const world = worldOf({ check: () => 'found' })
    const ending = await carryOut(await begun(world, [unproved, restart]), handsOf(world), { keep: false })
    expect([ending.outcome, world.ran]).toEqual(['undone', [START, RESTART, STOP, RESTART]])
    expect(events(world).filter((event) => event === 'checked')).toHaveLength(1)
  })
  test('waits for what a step needs', async () => {
    const world = worldOf({
      alive: [false, false, true],
      check: (state) => (state === 'comp1 ovs' ? 'ruled out' : 'found'),
    })
    const hands = { ...handsOf(world), patience: { everyMs: 0, forMs: () => 1000, lateMs: 0 } }
    const ending = await carryOut(await begun(world, [unproved, bind]), hands, { keep: false })
    expect([ending.outcome, world.ran]).toEqual(['fixed', [START, run.join(' ')]])
  })
  test('does not do what an agent has done by itself meanwhile', async () => {
    const world = worldOf({ alive: [true] })
    world.act = (ran) => {
      obey(world, ran)
      world.state = 'comp1 ovs'
      return { exit: 0 }
    }
    world.check = (state) => (state === 'comp1 ovs' ? 'ruled out' : 'found')
    const restarted = { ...restart, causes: [] }
    const ending = await carryOut(
      await begun(world, [restarted, { ...bind, before: 'comp1 binding_failed' }]),
      handsOf(world),
      { keep: false },
    )
    expect([ending.outcome, world.ran]).toEqual(['fixed', [RESTART]])
  })
  test('that does not bring what a step needs is taken back, and the step not taken', async () => {
    const world = worldOf()
    const ending = await carryOut(await begun(world, [unproved, bind]), handsOf(world), { keep: false })
    expect([ending.outcome, world.ran]).toEqual(['undone', [START, STOP]])
    expect(ending.why.en).toMatch(/dead/)
  })
})

describe('packets sent as the VM at the end', () => {
  const proved = async (proofs: Proof['is'][], more: Partial<World> = {}) => {
    const world = worldOf({ proofs, ...more })
    const hands = { ...handsOf(world), patience: { everyMs: 0, forMs: () => 200, lateMs: 0 } }
    return { world, ending: await carryOut(await begun(world), hands, { keep: false }) }
  }
  test('are waited for: an agent that was started has more to do', async () => {
    const { world, ending } = await proved(['lost', 'unknown', 'served'])
    expect([ending.outcome, world.ran]).toEqual(['fixed', [START]])
    expect(events(world)).toEqual(['planned', 'begun do', 'ended do', 'checked', 'proven', 'closed'])
  })
  test('that are lost, though nothing is found any more: a check has lied, and the repair takes itself back', async () => {
    const { world, ending } = await proved(['lost'])
    expect([ending.outcome, world.ran, world.state]).toEqual(['undone', [START, STOP], 'inactive'])
    expect(ending.why.en).toMatch(/did not help: the proof/)
  })
  test('that are lost for another reason take nothing back, and that is said', async () => {
    const { world, ending } = await proved(['lost'], { causes: ['nic-link-down on comp1'] })
    expect([ending.outcome, world.ran]).toEqual(['fixed', [START]])
    expect(ending.why.en).toMatch(/More is wrong \(nic-link-down on comp1\)/)
  })
  test('that are answered do not hide what else is found wrong', async () => {
    const { ending } = await proved(['served'], { causes: ['nic-link-down on comp1'] })
    expect(ending.why.en).toMatch(/the proof.*More is wrong \(nic-link-down on comp1\)/)
  })
  test('that tell nothing take nothing back', async () => {
    const { ending } = await proved(['unknown'])
    expect([ending.outcome, ending.why.en]).toEqual(['fixed', expect.stringMatching(/the proof/)])
  })
})

describe('nothing is run', () => {
  test('when what is there is not what the plan assumed', async () => {
    const world = worldOf({ state: 'failed' })
    const ending = await carryOut(await begun(world), handsOf(world), { keep: false })
    expect([ending.outcome, world.ran]).toEqual(['stopped', []])
    expect(ending.why.en).toMatch(/"inactive" and is "failed"/)
  })
  test('when the lock is gone', async () => {
    const world = worldOf({ locked: false })
    await expect(carryOut(await begun(world), handsOf(world), { keep: false })).rejects.toThrow(/lock/)
    expect(world.ran).toEqual([])
  })
  test('when what is there cannot be read', async () => {
    const world = worldOf({ readable: false })
    const ending = await carryOut(await begun(world), handsOf(world), { keep: false })
    expect([ending.outcome, world.ran]).toEqual(['stopped', []])
  })
})

describe('a step whose end nobody saw', () => {
  /** The connection dies: the command took, or did not, and the host cannot be asked. */
  async function lost(took: boolean): Promise<World> {
    const world = worldOf()
    world.act = () => {
      if (took) world.state = 'active 1'
      world.readable = false
      return { exit: null }
    }
    await expect(carryOut(await begun(world), handsOf(world), { keep: false })).rejects.toThrow(/not known/)
    world.readable = true
    world.act = (run) => obey(world, run)
    return world
  }

  test('took: it is not run again', async () => {
    const world = await lost(true)
    const ending = await carryOut(storyNow(world), handsOf(world), { keep: false })
    expect([ending.outcome, world.ran]).toEqual(['fixed', [START]])
  })
  test('took: it can be undone', async () => {
    const world = await lost(true)
    const ending = await undone(handsOf(world), 'r1', verbatim('by hand'))
    expect([ending.outcome, world.ran, world.state]).toEqual(['undone', [START, STOP], 'inactive'])
  })
  test('did not take: it is run', async () => {
    const world = await lost(false)
    const ending = await carryOut(storyNow(world), handsOf(world), { keep: false })
    expect([ending.outcome, world.ran]).toEqual(['fixed', [START, START]])
  })
  test('did not take: there is nothing to undo', async () => {
    const world = await lost(false)
    const ending = await undone(handsOf(world), 'r1', verbatim('by hand'))
    expect([ending.outcome, world.ran]).toEqual(['undone', [START]])
  })
})

describe('undo', () => {
  test('stops where somebody has changed it since', async () => {
    const world = worldOf()
    await carryOut(await begun(world), handsOf(world), { keep: false })
    world.state = 'active 2'
    const ending = await undone(handsOf(world), 'r1', verbatim('by hand'))
    expect([ending.outcome, world.ran, world.state]).toEqual(['stopped', [START], 'active 2'])
  })
  test('takes nothing back twice', async () => {
    const world = worldOf()
    await carryOut(await begun(world), handsOf(world), { keep: false })
    await undone(handsOf(world), 'r1', verbatim('by hand'))
    await undone(handsOf(world), 'r1', verbatim('by hand'))
    expect([world.ran, world.state]).toEqual([[START, STOP], 'inactive'])
  })
})
