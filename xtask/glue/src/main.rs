//! `xtask-glue CORE.wasm FOLDER` writes `core.js`, `core_bg.wasm` and `core.d.ts` into the folder.

use std::path::Path;
use std::process::ExitCode;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [core, folder] = arguments.as_slice() else {
        eprintln!("usage: xtask-glue CORE.wasm FOLDER");
        return ExitCode::from(2);
    };
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(core)
        .typescript(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .out_name("core")
        // Without this, the generated `init()` can't find the module by itself.
        .omit_default_module_path(false);
    let written = bindgen.web(true).and_then(|bindgen| bindgen.generate(Path::new(folder)));
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:?}");
            ExitCode::FAILURE
        }
    }
}
