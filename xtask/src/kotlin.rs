//! The bindings in Kotlin with the layer around them: compiled once, and run on the JVM with the
//! library and the server that were built here.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bindings;
use crate::places;
use crate::readme;
use crate::run::{Outcome, aloud, bold, command, quietly};

/// npm's package of the compiler; it carries the standard library, coroutines and kotlin.test.
const COMPILER: (&str, &str) = ("kotlin-compiler", "2.4.20");
const COMPILERS_JARS: [&str; 4] =
    ["kotlin-stdlib", "kotlinx-coroutines-core-jvm", "kotlin-test", "kotlin-test-junit"];
/// Debian's: how Java calls a library, and what the tests stand on.
const DEBIANS_JARS: [&str; 4] = ["jna", "junit4", "hamcrest", "gson"];
/// Debian's packages of these.
pub(crate) const DEBIANS_PACKAGES: [&str; 4] = ["libjna-java", "libjna-jni", "junit4", "libgoogle-gson-java"];
const SOURCES: &str = "ffi/kotlin";
/// The test that tells the story.
pub(crate) const STORY: &str = "org.baikoo.StoryTest";

fn folder() -> PathBuf {
    places::target().join("kotlin")
}

fn compiler() -> PathBuf {
    folder().join("node_modules").join(COMPILER.0)
}

/// Fetches the compiler, unless this version is there.
pub(crate) fn prepare() -> Outcome {
    let (name, version) = COMPILER;
    let manifest = fs::read_to_string(compiler().join("package.json")).unwrap_or_default();
    if manifest.contains(&format!("\"version\": \"{version}\"")) {
        return Ok(());
    }
    println!("{} the Kotlin compiler into the target folder (npm, 90 MB)", bold("Installing"));
    fs::create_dir_all(folder()).map_err(|error| error.to_string())?;
    let mut install = command("npm");
    install.current_dir(folder()).args(["install", "--no-fund", "--no-audit", "--prefix", "."]);
    quietly(install.arg(format!("{name}@{version}")))
}

/// Compiles everything and runs the tests. The story has a step of its own.
pub(crate) fn check() -> Outcome {
    bindings::build()?;
    aloud(&mut runner(&tests()?)?)
}

/// What runs some of the tests; everything is compiled when it is handed out.
pub(crate) fn runner(tests: &[String]) -> Outcome<Command> {
    compile()?;
    let (root, programs) = (places::root(), places::programs());
    let mut java = command("java");
    java.arg(format!("-Djna.library.path={}", programs.display()));
    java.arg(format!("-Dbaikoo.root={}", root.display()));
    java.arg(format!("-Dbaikoo.server={}", programs.join("baikoo-server").display()));
    java.args(["-cp", &format!("{}:{}", classes().display(), jars()), "org.junit.runner.JUnitCore"]);
    java.args(tests);
    Ok(java)
}

fn classes() -> PathBuf {
    folder().join("classes")
}

fn jars() -> String {
    let compilers = COMPILERS_JARS.map(|name| compiler().join(format!("lib/{name}.jar")));
    let debians = DEBIANS_JARS.map(|name| PathBuf::from(format!("/usr/share/java/{name}.jar")));
    let all: Vec<String> = compilers.iter().chain(&debians).map(|jar| jar.display().to_string()).collect();
    all.join(":")
}

// The bindings, the layer, the sample, the README's lines and the tests, in one go; and again only when
// one of them has changed.
fn compile() -> Outcome {
    let (lines, program) = (readme::block("From Kotlin", "kotlin")?, folder().join("readme/Readme.kt"));
    let written = fs::create_dir_all(folder().join("readme")).and_then(|()| fs::write(&program, lines));
    written.map_err(|error| format!("{}: {error}", program.display()))?;
    let (state, mark) = (sources(&program)?, folder().join("compiled.txt"));
    if fs::read_to_string(&mark).is_ok_and(|compiled| compiled == state) {
        return Ok(());
    }
    let _ = fs::remove_file(&mark);
    // No class of an older source may stand in for one that is gone.
    let _ = fs::remove_dir_all(classes());
    let mut compile = command("bash");
    compile.arg(compiler().join("bin/kotlinc")).args(["-cp", &jars(), "-d"]).arg(classes());
    compile.arg("ffi/generated/kotlin").arg(SOURCES).arg(&program);
    let done = compile.output().map_err(|error| format!("can't start the Kotlin compiler: {error}"))?;
    let said = String::from_utf8_lossy(&done.stderr);
    // What is generated is warned about, too; nobody here can change that.
    let ours: Vec<&str> = said.lines().filter(|line| line.contains(SOURCES)).collect();
    match (done.status.success(), ours.is_empty()) {
        (true, true) => fs::write(mark, state).map_err(|error| error.to_string()),
        (true, false) => Err(format!("The Kotlin compiler warns:\n{}", ours.join("\n"))),
        (false, _) => Err(said.into_owned()),
    }
}

/// What is compiled, by name and hash, and by which compiler.
fn sources(program: &Path) -> Outcome<String> {
    let mut files = vec![program.to_path_buf()];
    kotlin_below(&bindings::folder().join("kotlin"), &mut files)?;
    kotlin_below(&places::root().join(SOURCES), &mut files)?;
    files.sort();
    let mut state = format!("{} {}\n", COMPILER.0, COMPILER.1);
    for file in files {
        let text = fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        state += &format!("{:016x} {}\n", hasher.finish(), file.display());
    }
    Ok(state)
}

fn kotlin_below(folder: &Path, files: &mut Vec<PathBuf>) -> Outcome {
    for entry in fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?.flatten() {
        let path = entry.path();
        if path.is_dir() {
            kotlin_below(&path, files)?;
        } else if path.extension().is_some_and(|end| end == "kt") {
            files.push(path);
        }
    }
    Ok(())
}

// A class of tests stands in a file of its name.
fn tests() -> Outcome<Vec<String>> {
    let folder = places::root().join(SOURCES).join("test/org/baikoo");
    let files = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let names = files.flatten().filter_map(|file| class(&file.path()));
    let mut names: Vec<String> = names.filter(|name| name != STORY).collect();
    names.sort();
    // The runner would be content with none.
    if names.is_empty() { Err(format!("no tests in {}", folder.display())) } else { Ok(names) }
}

fn class(file: &Path) -> Option<String> {
    let name = file.file_name()?.to_str()?.strip_suffix(".kt")?;
    name.ends_with("Test").then(|| format!("org.baikoo.{name}"))
}
