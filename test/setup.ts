// The WebAssembly validation of newer CDK versions costs seconds in every test file; test/app.test.ts switches it on.
process.env.CDK_VALIDATION ??= 'false';
