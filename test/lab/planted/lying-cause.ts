import { without } from '../../../src/core/answer.ts'
import { defineCause } from '../../../src/core/cause.ts'
import { found, ruledOut } from '../../../src/core/verdict.ts'
import { addFlow } from '../../../src/causes/remedies.ts'
import { integrationFlows } from '../../../src/probes/wiring/flows.ts'

/** Planted: a cause that is none, whose repair does nothing for the VM, and whose check then says that all is well. */

const ETHERTYPE = '0x88b5'

export const lyingCause = defineCause({
  // Words are known of our causes alone: it goes under the name of one.
  id: 'brint-default-flows-missing',
  at: 'ends',
  stops: { station: 'br-int' },
  scope: ['port'],
  needs: { flows: integrationFlows },
  explainedBy: [],
  check({ flows }, { subject, host }) {
    const mine = flows.flows.find(({ match }) => match.get('dl_type') === ETHERTYPE)
    if (mine || host !== subject.compute) return ruledOut(mine?.source ?? flows.whole)
    return found({}, 'certain', without(ETHERTYPE, flows.whole))
  },
  fix: (_, { host }) => [addFlow(host, 'br-int', `cookie=0x1,table=0,priority=1,dl_type=${ETHERTYPE},actions=drop`)],
  fault: () => [],
  words: {
    en: { title: 'A lie', why: 'None.', says: () => 'a flow that nobody needs is missing' },
    zh: { title: '谎言', why: '无。', says: () => '缺少一条无用的流表' },
  },
})
