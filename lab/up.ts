import { boot, saveLab } from './boot.ts'
import { type Controller, ensureController } from './controller.ts'
import { LabError, messageOf } from './failure.ts'
import { ensureImage } from './image.ts'
import { interrupt, isInterrupted, resume } from './interrupt.ts'
import { describeLab, findLab, type Lab } from './lab.ts'
import { exclusively } from './lock.ts'
import { say } from './say.ts'
import { killProcesses, somethingIsThere, teardown } from './teardown.ts'
import { ensureTools } from './tools.ts'

export interface UpOptions {
  /** Whether to install the programs that are missing. */
  readonly install: boolean
  readonly progress: (line: string) => void
  /** Content of the login's sudoers file. */
  readonly sudoers?: string
}

const anything = 'oldhand ALL=(root) NOPASSWD: ALL'

export function up(options: UpOptions): Promise<Lab> {
  return exclusively('up', async () => {
    const running = await findLab()
    if (running) throw new LabError(alreadyRunning(running))
    await ensureTools(options.install, options.progress)
    return interruptible(() => start(options))
  })
}

const alreadyRunning = ({ since }: Lab): string =>
  say(
    `the lab is already running, since ${since}; see \`oldhand lab status\``,
    `实验环境自 ${since} 起已在运行,参见 \`oldhand lab status\``,
  )

async function start({ progress, sudoers = anything }: UpOptions): Promise<Lab> {
  const started = Date.now()
  const timed = (line: string): void => progress(`${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s  ${line}`)
  if (await somethingIsThere()) {
    timed(say('removing what an earlier boot left behind', '清理上次启动的残留'))
    await teardown()
  }
  try {
    const image = await ensureImage(timed)
    const controller = await ensureController(image, timed)
    return await bootTwice({ image, controller, sudoers, timed })
  } catch (error) {
    resume()
    await teardown()
    throw error
  }
}

interface Attempt {
  readonly image: string
  readonly controller: Controller
  readonly sudoers: string
  readonly timed: (line: string) => void
}

async function bootTwice(attempt: Attempt): Promise<Lab> {
  try {
    return await bootOnce(attempt)
  } catch (error) {
    if (isInterrupted()) throw error
    attempt.timed(messageOf(error))
    attempt.timed(say('the boot failed; trying once more', '启动失败,再试一次'))
    await teardown()
    return bootOnce(attempt)
  }
}

async function bootOnce({ image, controller, sudoers, timed }: Attempt): Promise<Lab> {
  const vms = await boot({ image, controller, sudoers, done: timed })
  const lab = describeLab(vms)
  await saveLab({ ...lab, secrets: controller.secrets })
  return lab
}

/** A person who stops the boot gets the machine back as it was: the work fails at its next step and is cleaned up. */
async function interruptible<T>(work: () => Promise<T>): Promise<T> {
  const stop = (): void => {
    interrupt()
    void killProcesses()
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  try {
    return await work()
  } finally {
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
  }
}
