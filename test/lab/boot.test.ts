import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openLab } from '../../lab/index.ts'
import { exec, lab, program } from './tool.ts'

/** What a boot leaves behind, whatever dies when. Ends with a lab that is up: the other tests need it. */

/** All that can be the lab's on this machine, by what the machine itself shows. */
async function traces(): Promise<readonly string[]> {
  const seen = await Promise.all([
    linesOf(['ip', 'netns', 'list'], /^oldhand/),
    linesOf(['cat', '/proc/mounts'], /oldhand/),
    linesOf(['ip', '-o', 'link', 'show'], /oldhand|tap|p-comp|p-net/),
    linesOf(['ps', '-eo', 'args'], /nspawn|neutron|keystone|rabbitmq|mariadbd|ovs-vswitchd|ovsdb-server/),
    linesOf(['find', '/sys/fs/cgroup', '-name', 'oldhand*'], /./),
  ])
  return [...seen.flat(), ...['/run/oldhand-lab', '/run/systemd/nspawn'].filter(existsSync)]
}

async function linesOf([command = '', ...args]: readonly string[], mine: RegExp): Promise<readonly string[]> {
  const { stdout } = await exec(command, args)
  // What has ended and only waits for this machine's init to collect it is no process any more.
  return stdout.split('\n').filter((line) => mine.test(line) && !line.endsWith('<defunct>'))
}

/** Starts a boot and kills it, uncatchably, at the moment when the given stage is done. */
async function killedAfter(stage: string): Promise<void> {
  const boot = spawn(process.execPath, [program, 'lab', 'up'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise((resolve) => boot.on('exit', resolve))
  let said = ''
  boot.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString()
    if (said.includes(`  ${stage}\n`)) boot.kill('SIGKILL')
  })
  await ended
  expect(said).toContain(stage)
}

test('`down` leaves nothing, also of a boot that was killed half way', async () => {
  await lab('down')
  expect(await traces()).toEqual([])
  await killedAfter('net1')
  expect(await traces()).not.toEqual([])
  await lab('down')
  expect(await traces()).toEqual([])
}, 240_000)

test('it boots again', async () => {
  const { seconds } = await lab('up')
  console.log(`the lab booted in ${seconds.toFixed(0)} s`)
  expect((await openLab()).vms.length).toBe(8)
}, 600_000)
