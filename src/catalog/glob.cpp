#include "catalog/glob.h"

#include <string>
#include <vector>

#include "base/error.h"
#include "catalog/conditions.h"

namespace lab::catalog {
namespace {

/// `{a,b}` written out: every alternative a glob without braces. Nesting is followed; an unclosed brace is literal.
void expand_braces(const std::string& glob, std::vector<std::string>& out) {
  constexpr std::size_t kMaxAlternatives = 10'000;
  std::size_t open = std::string::npos;
  int depth = 0;
  std::vector<std::size_t> cuts;
  for (std::size_t i = 0; i < glob.size() && out.size() < kMaxAlternatives; ++i) {
    if (glob[i] == '\\') {
      ++i;
    } else if (glob[i] == '{') {
      if (depth++ == 0) open = i, cuts = {i};
    } else if (glob[i] == ',' && depth == 1) {
      cuts.push_back(i);
    } else if (glob[i] == '}' && depth > 0 && --depth == 0) {
      cuts.push_back(i);
      for (std::size_t c = 0; c + 1 < cuts.size(); ++c)
        expand_braces(glob.substr(0, open) + glob.substr(cuts[c] + 1, cuts[c + 1] - cuts[c] - 1) + glob.substr(i + 1), out);
      return;
    }
  }
  out.push_back(glob);
}

/// End of the class that begins at `glob[i] == '['`, or npos when it is not closed.
std::size_t class_end(std::string_view glob, std::size_t i) {
  std::size_t end = i + 1;
  if (end < glob.size() && (glob[end] == '^' || glob[end] == '!')) ++end;
  if (end < glob.size() && glob[end] == ']') ++end;
  while (end < glob.size() && glob[end] != ']') ++end;
  return end < glob.size() ? end : std::string_view::npos;
}

bool in_class(std::string_view body, char c) {
  const bool negated = !body.empty() && (body[0] == '^' || body[0] == '!');
  if (negated) body.remove_prefix(1);
  bool found = false;
  for (std::size_t i = 0; i < body.size(); ++i) {
    if (i + 2 < body.size() && body[i + 1] == '-') {
      found |= body[i] <= c && c <= body[i + 2];
      i += 2;
    } else {
      found |= body[i] == c;
    }
  }
  return found != negated;
}

/// `*` stays within a path part. Iterative with one backtracking point, so that no pattern takes exponential time.
bool matches(std::string_view glob, std::string_view path, bool allow_below) {
  std::size_t g = 0, p = 0, star = std::string_view::npos, star_path = 0;
  while (true) {
    if (g == glob.size() && (p == path.size() || (allow_below && path[p] == '/'))) return true;
    bool advanced = false;
    if (g < glob.size() && glob[g] == '*') {
      star = g++;
      star_path = p;
      continue;
    }
    if (g < glob.size() && p < path.size()) {
      if (glob[g] == '?' && path[p] != '/') {
        ++g, ++p, advanced = true;
      } else if (const std::size_t end = glob[g] == '[' ? class_end(glob, g) : std::string_view::npos; end != std::string_view::npos) {
        if (path[p] != '/' && in_class(glob.substr(g + 1, end - g - 1), path[p])) g = end + 1, ++p, advanced = true;
      } else {
        const bool escaped = glob[g] == '\\' && g + 1 < glob.size();
        if (glob[g + (escaped ? 1 : 0)] == path[p]) g += escaped ? 2 : 1, ++p, advanced = true;
      }
    }
    if (advanced) continue;
    if (star == std::string_view::npos || star_path >= path.size() || path[star_path] == '/') return false;
    p = ++star_path;
    g = star + 1;
  }
}

}  // namespace

bool has_glob(std::string_view path) { return path.find_first_of(kGlobCharacters) != std::string_view::npos; }

void check_glob(std::string_view glob) {
  bool in_class = false;
  int groups = 0;
  const auto refuse = [&](const char* problem, std::size_t at) {
    throw Error(conditions::kIllegalFilePattern, {{"problem", problem}, {"index", std::to_string(at)}, {"glob", std::string(glob)}});
  };
  for (std::size_t i = 0; i < glob.size(); ++i) {
    if (glob[i] == '\\') {
      if (++i == glob.size()) refuse("Missing escaped character", i);
    } else if (glob[i] == '[') {
      if (in_class) refuse("Unclosed character class", i);
      in_class = true;
    } else if (glob[i] == ']') {
      in_class = false;
    } else if (glob[i] == '{') {
      ++groups;
    } else if (glob[i] == '}' && groups > 0) {
      --groups;
    }
  }
  if (in_class) refuse("Unclosed character class", glob.size());
  if (groups > 0) refuse("Unclosed group", glob.size());
}

bool matches_glob_or_below(std::string_view glob, std::string_view path) {
  std::vector<std::string> alternatives;
  expand_braces(std::string(glob), alternatives);
  for (const std::string& alternative : alternatives)
    if (matches(alternative, path, true)) return true;
  return false;
}

}  // namespace lab::catalog
