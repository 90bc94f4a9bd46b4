// A reporter for vitest: writes to the file named by TEST_RESULTS what .ci/report.mjs needs. Unlike vitest's own JSON it
// contains errors that belong to no test, such as a rejection that nothing handles.
import { writeFileSync } from 'node:fs';

export default class ResultsReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const results = modules.flatMap((module) => [
      ...errorsOf(module, module.relativeModuleId),
      ...[...module.children.allSuites()].flatMap((suite) => errorsOf(suite, nameOf(module, suite))),
      ...[...module.children.allTests()].map((test) => ({
        name: nameOf(module, test),
        state: test.result().state,
      })),
    ]);
    const unhandled = unhandledErrors.map((error) => failure('unhandled error', error));
    writeFileSync(process.env.TEST_RESULTS, JSON.stringify([...results, ...unhandled]));
  }
}

const nameOf = (module, { fullName }) => `${module.relativeModuleId} > ${fullName}`;
const failure = (name, { message }) => ({ name: `${name}: ${message}`, state: 'failed' });

/** Errors of a file or a group itself: it could not be loaded, or a hook of it failed. */
function errorsOf(collection, name) {
  return collection.errors().map((error) => failure(name, error));
}
