import { readBundle } from '../../src/hosts/bundle.ts'

const bundle = await readBundle(new URL('../../test/bundles/healthy.oldhand', import.meta.url).pathname)

/** What `ovs-ofctl dump-flows` printed on a host of the recorded cloud. */
export function recordedFlows(host: string, bridge: string): readonly string[] {
  const answer = bundle.answers.find(
    ({ ask }) => ask.host === host && ask.argv.includes('dump-flows') && ask.argv.at(-1) === bridge,
  )
  if (!answer) throw new Error(`no flows of ${bridge} on ${host} are recorded`)
  return answer.stdout.split('\n').filter((line) => line !== '')
}
