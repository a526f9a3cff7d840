//! `cargo xtask bench`: what Baikoo costs, measured, beside samod doing the same work in the same
//! run. Every number in the tables was measured in the run that printed them, but for those that
//! say that they were computed.

mod case;
mod device;
mod goals;
mod machine;
mod peer;
mod process;
mod proxy;
mod reports;
mod tables;
mod throughput;

use std::path::Path;

use tables::Results;

const USAGE: &str = "baikoo-bench [--quick] [--full] [--only lan|mobile|peer|words|server] [--write]

  --quick   up to 100 reports, a minute
  --full    the peer with 10,000 reports as well
  --only X  one part only
  --write   write docs/BENCHMARKS.md";

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, part, folder] = args.as_slice()
        && flag == "--part"
    {
        let folder = Path::new(folder);
        return match part.as_str() {
            "ours-server" => device::serve(folder),
            "ours-client" => device::run(folder),
            "samod-server" => peer::serve(folder),
            "samod-client" => peer::run(folder),
            other => panic!("no part {other}"),
        };
    }
    let has = |flag: &str| args.iter().any(|arg| arg == flag);
    let only = args.iter().position(|arg| arg == "--only").and_then(|place| args.get(place + 1)).cloned();
    let mut known = true;
    let mut place = 0;
    while place < args.len() {
        match args[place].as_str() {
            "--quick" | "--full" | "--write" => {}
            "--only" => place += 1,
            _ => known = false,
        }
        place += 1;
    }
    if !known {
        eprintln!("{USAGE}");
        std::process::exit(2);
    }
    let plan = Plan { quick: has("--quick"), full: has("--full"), only };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let results = runtime.block_on(runtime_main(&plan));
    let page = results.page(&args.join(" "));
    println!("{page}");
    if has("--write") {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/BENCHMARKS.md");
        std::fs::write(&path, page).expect("docs/BENCHMARKS.md");
    }
}

struct Plan {
    quick: bool,
    full: bool,
    only: Option<String>,
}

impl Plan {
    fn wants(&self, part: &str) -> bool {
        self.only.as_deref().is_none_or(|only| only == part)
    }
}

// On a worker thread, where waiting for a helper may block.
async fn runtime_main(plan: &Plan) -> Results {
    let (quick, full) = (plan.quick, plan.full);
    let wants: Vec<(&'static str, bool)> = ["lan", "mobile", "peer", "words", "server"]
        .into_iter()
        .map(|part| (part, plan.wants(part)))
        .collect();
    let wants = move |part: &str| wants.iter().any(|(name, wanted)| *name == part && *wanted);
    tokio::spawn(async move {
        let mut results = Results::begin();
        let counts: &[usize] = if quick { &[1, 100] } else { &[1, 100, 1_000, 10_000] };
        if wants("server") {
            let calls = if quick { 2 } else { 10 };
            for per_call in [20, 100] {
                results.throughput.push(throughput::measure(per_call, calls).await);
            }
        }
        if wants("words") {
            results.words = case::new_reports(120).await;
        }
        if wants("lan") {
            for count in counts {
                let (measures, local) =
                    case::ours(*count, proxy::LAN, *count >= 100 && *count <= 1_000).await;
                results.measures.extend(measures);
                results.local.push(local);
            }
        }
        if wants("mobile") {
            for profile in [proxy::EDGE, proxy::GPRS] {
                results.measures.extend(case::ours(1, profile, false).await.0);
            }
        }
        if wants("peer") {
            for count in counts.iter().filter(|count| full || **count <= 1_000) {
                results.measures.extend(case::peer(*count, proxy::LAN).await);
            }
            for profile in [proxy::EDGE, proxy::GPRS] {
                results.measures.extend(case::peer(1, profile).await);
            }
        }
        results
    })
    .await
    .expect("the measurements end")
}
