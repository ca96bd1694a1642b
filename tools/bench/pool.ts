import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'

/** Workers, one for each core, that take jobs as they become free. */
export interface Pool<Job, Done> {
  run(jobs: readonly Job[], done: (result: Done, job: Job) => void): Promise<void>
  stop(): Promise<void>
}

export function startPool<Job, Done>(program: URL): Pool<Job, Done> {
  const workers = Array.from({ length: availableParallelism() }, () => new Worker(program))
  return {
    async run(jobs, done) {
      const waiting = jobs.values()
      await Promise.all(
        workers.map(async (worker) => {
          for (const job of waiting) done(await ask<Job, Done>(worker, job), job)
        }),
      )
    },
    stop: async () => void (await Promise.all(workers.map((worker) => worker.terminate()))),
  }
}

function ask<Job, Done>(worker: Worker, job: Job): Promise<Done> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject)
    worker.once('message', (result: Done) => {
      worker.off('error', reject)
      resolve(result)
    })
    worker.postMessage(job)
  })
}
