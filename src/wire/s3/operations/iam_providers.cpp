#include <algorithm>

#include "wire/s3/operations/iam_call.h"

/// Identity providers of OpenID Connect: which issuers the lab is told of, and for which clients.
namespace lab::s3 {
namespace {

constexpr std::size_t kThumbprint = 40;
constexpr std::size_t kMaxThumbprints = 5, kMaxClientIds = 100;

/// An ARN names a provider by its URL without the scheme, and so does the key of its row.
std::string name_of_url(const std::string& url) {
  for (const std::string_view scheme : {"https://", "http://"})
    if (url.starts_with(scheme) && url.size() > scheme.size()) return url.substr(scheme.size());
  throw Error(conditions::kIamValidation, {{"reason", "Invalid Open ID Connect Provider URL"}});
}

std::string arn_of_provider(const IamEntity& provider) { return arn_of(IamKind::Provider, provider); }

std::vector<std::string> given_thumbprints(const IamCall& iam) {
  auto thumbprints = iam.members("ThumbprintList");
  if (thumbprints.size() > kMaxThumbprints || std::ranges::any_of(thumbprints, [](const std::string& each) { return each.size() != kThumbprint; }))
    throw Error(conditions::kIamValidation, {{"reason", "ThumbprintList holds at most 5 thumbprints of 40 characters"}});
  return thumbprints;
}

IamEntity get_provider(IamCall& iam) {
  const std::string arn = iam.given("OpenIDConnectProviderArn");
  constexpr std::string_view kKind = ":oidc-provider/";
  const auto at = arn.find(kKind);
  auto provider = at == std::string::npos ? std::nullopt : find_entity(iam.snapshot(), IamKind::Provider, arn.substr(at + kKind.size()));
  if (!provider) throw no_such_entity("OpenIDConnect Provider not found for arn " + arn);
  return *std::move(provider);
}

void keep(IamCall& iam, const char* what, const IamEntity& provider) {
  if (provider.client_ids.size() > kMaxClientIds) throw Error(conditions::kIamValidation, {{"reason", "A provider has at most 100 client ids"}});
  iam.apply(what, [&](store::Change& change) { put_entity(change, IamKind::Provider, provider); });
}

}  // namespace

void create_provider(IamCall& iam) {
  const std::string url = iam.given("Url");
  IamEntity provider = make_entity(IamKind::Provider, name_of_url(url), "/", iam.now());
  // The scheme is told with the URL and is no part of the name.
  provider.description = url;
  provider.client_ids = iam.members("ClientIDList");
  provider.thumbprints = given_thumbprints(iam);
  if (find_value(iam.form, "Tags.member.1.Key")) throw not_implemented("CreateOpenIDConnectProvider with tags");
  if (find_entity(iam.snapshot(), IamKind::Provider, provider.name))
    throw Error(conditions::kEntityAlreadyExists, {{"reason", "Provider with url " + url + " already exists."}});
  keep(iam, "CreateOpenIDConnectProvider", provider);
  iam.xml.element("OpenIDConnectProviderArn", arn_of_provider(provider));
}

void show_provider(IamCall& iam) {
  const IamEntity provider = get_provider(iam);
  iam.xml.element("Url", provider.description);
  write_time(iam.xml, "CreateDate", provider.created);
  const auto list = [&](std::string_view element, const std::vector<std::string>& values) {
    iam.xml.open(element);
    for (const std::string& value : values) iam.xml.element("member", value);
    iam.xml.close();
  };
  list("ClientIDList", provider.client_ids);
  list("ThumbprintList", provider.thumbprints);
}

void list_providers(IamCall& iam) {
  iam.xml.open("OpenIDConnectProviderList");
  for (const IamEntity& provider : list_entities(iam.snapshot(), IamKind::Provider)) {
    iam.xml.open("member");
    iam.xml.element("Arn", arn_of_provider(provider));
    iam.xml.close();
  }
  iam.xml.close();
}

void add_client_id(IamCall& iam) {
  IamEntity provider = get_provider(iam);
  const std::string id = iam.given("ClientID");
  // Adding one again is no error.
  if (std::ranges::find(provider.client_ids, id) != provider.client_ids.end()) return;
  provider.client_ids.push_back(id);
  keep(iam, "AddClientIDToOpenIDConnectProvider", provider);
}

void remove_client_id(IamCall& iam) {
  IamEntity provider = get_provider(iam);
  if (std::erase(provider.client_ids, iam.given("ClientID")) > 0) keep(iam, "RemoveClientIDFromOpenIDConnectProvider", provider);
}

void update_thumbprints(IamCall& iam) {
  IamEntity provider = get_provider(iam);
  provider.thumbprints = given_thumbprints(iam);
  keep(iam, "UpdateOpenIDConnectProviderThumbprint", provider);
}

void delete_provider(IamCall& iam) {
  const IamEntity provider = get_provider(iam);
  iam.apply("DeleteOpenIDConnectProvider", [&](store::Change& change) { erase_entity(change, IamKind::Provider, provider.name); });
}

}  // namespace lab::s3
