import { exclusively } from './lock.ts'
import { say } from './say.ts'
import { somethingIsThere, teardown } from './teardown.ts'
import { requireRoot } from './tools.ts'

export interface DownOptions {
  readonly progress: (line: string) => void
}

export function down({ progress }: DownOptions): Promise<void> {
  return exclusively('down', async () => {
    requireRoot()
    const wasThere = await somethingIsThere()
    await teardown()
    progress(wasThere ? say('the lab is gone', '实验环境已清除') : say('there was no lab', '没有正在运行的实验环境'))
  })
}
