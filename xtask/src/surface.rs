//! What the native bindings offer, read from the generated Swift: it names every type. Words and
//! machinery are left out, so that only a change that callers would notice is a difference.

/// The surface, a declaration a line.
pub(crate) fn of(swift: &str) -> String {
    let mut lines = Vec::new();
    // Inside a declaration that belongs to the surface: how its members begin.
    let mut members: Option<&[&str]> = None;
    for line in swift.lines() {
        let is_outer = !line.starts_with(char::is_whitespace);
        let text = line.trim();
        if is_outer {
            if text == "}" {
                members = None;
            }
            let Some(found) = members_of(text) else { continue };
            lines.push(text.trim_end_matches('{').split_whitespace().collect::<Vec<_>>().join(" "));
            members = found;
        } else if let Some(starts) = members
            && line.starts_with("    ")
            && !line.starts_with("     ")
            && starts.iter().any(|start| text.starts_with(start))
        {
            lines.push(format!("    {}", text.split_whitespace().collect::<Vec<_>>().join(" ")));
        }
    }
    lines.push(String::new());
    lines.join("\n")
}

/// Whether a line begins a declaration of the surface, and which of its members do, too.
fn members_of(text: &str) -> Option<Option<&'static [&'static str]>> {
    let machinery = ["FfiConverter", "Uniffi", "uniffi", "RustBuffer"];
    if machinery.iter().any(|word| text.contains(word)) {
        return None;
    }
    let starts = |start: &str| text.starts_with(start);
    if starts("public protocol ") {
        return Some(Some(&["func "]));
    }
    if starts("public struct ") {
        return Some(Some(&["public var ", "public let "]));
    }
    // Errors have their `public` on a line of its own.
    if starts("public enum ") || starts("public indirect enum ") || starts("enum ") {
        return Some(Some(&["case "]));
    }
    (starts("public func ") || starts("public typealias ")).then_some(None)
}

/// Lines that only one of the two has.
pub(crate) fn differences(was: &str, is: &str) -> String {
    let only = |sign: char, one: &str, other: &str| {
        let other: Vec<&str> = other.lines().collect();
        let lines = one.lines().filter(|line| !other.contains(line));
        lines.map(|line| format!("{sign} {line}\n")).collect::<String>()
    };
    only('-', was, is) + &only('+', is, was)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SWIFT: &str = "\
public protocol DeviceProtocol: AnyObject, Sendable {
    
    func join(link: String) async throws  -> Workspace
    
}
public struct FfiConverterTypeX: FfiConverter {
    public static func lift() {}
}
/**
 * What it is narrowed to.
 */
public struct Filter: Equatable, Hashable {
    public var limit: UInt32
    public init() {
        self.limit = 0
    }
}
public enum Role {
    case monitor
    /**
     * Text.
     */
    case coordinator
}
public
enum ClientError: Swift.Error {
    case NotFound(message: String)
}
public func places(query: String) -> [PlaceView]  {
    return try!  x
}
";

    #[test]
    fn only_what_callers_notice_is_part_of_the_surface() {
        let wanted = "public protocol DeviceProtocol: AnyObject, Sendable\n    func join(link: String) async throws -> Workspace\n\
            public struct Filter: Equatable, Hashable\n    public var limit: UInt32\n\
            public enum Role\n    case monitor\n    case coordinator\n\
            enum ClientError: Swift.Error\n    case NotFound(message: String)\n\
            public func places(query: String) -> [PlaceView]\n";
        assert_eq!(of(SWIFT), wanted);
        assert_eq!(differences("a\nb\n", "b\nc\n"), "- a\n+ c\n");
    }
}
