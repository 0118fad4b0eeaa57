// The WebAssembly validation of newer CDK versions costs seconds in every test file; test/app.test.ts switches it on.
process.env.CDK_VALIDATION ??= 'false';
// A deprecated part of the CDK must not be in use: it goes away, and every user of the library would get the warning.
process.env.JSII_DEPRECATED ??= 'fail';
