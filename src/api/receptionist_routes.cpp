#include "api/receptionist_routes.hpp"

#include "api/auth_routes.hpp"
#include "api/receptionist_state.hpp"
#include "base/clock.hpp"
#include "json/parse.hpp"
#include "store/call_records.hpp"
#include "voices/usage.hpp"

namespace frontdesk::api {
namespace {

using rest::Access;
using rest::Answer;
using rest::May;
using rest::Tagged;
using Shared = std::shared_ptr<const ReceptionistSources>;
using Saving = rest::Request<rest::Query<SaveQuery>, rest::Body<profile::Profile>>;

constexpr const char* kTag = "Receptionist";
constexpr std::size_t kMostAuditedChanges = 50;
const May kNoDraft{404, "There is no draft."};
const May kConflict{412, "Somebody else has changed it meanwhile."};
const May kElsewhere{409, "Calls are not answered for your organisation here."};

/// Calls are answered for one organisation; settings of another would have no effect.
Answer<void> is_answered_for(const access::Principal& who) {
  if (who.organisation == store::kLocalOrganisation) return {};
  return tl::unexpected(rest::Problem(409, "calls are not answered for your organisation here"));
}

/// An engine's voice, or one of their own that is trained and may be used.
Answer<std::optional<std::string>> voice_advice(const ReceptionistSources& sources, const std::string& voice) {
  const auto spoken = !voices::is_made_here(voice)
                          ? base::Result<std::string>(voice)
                          : sources.office.with_connection([&](store::Connection& connection) {
                              return voices::spoken_as(connection, std::string(store::kLocalOrganisation), voice);
                            });
  if (spoken && sources.desk.knows_voice(*spoken)) return std::nullopt;
  if (spoken || spoken.error().code == base::ErrorCode::not_found)
    return "choose one that /api/voice/profiles lists and that can be spoken with here";
  if (spoken.error().code == base::ErrorCode::failed_precondition) return spoken.error().message;
  return tl::unexpected(spoken.error());
}

Answer<void> checked(const ReceptionistSources& sources, const profile::Profile& profile) {
  const auto file = sources.desk.file();
  auto problems = profile::check(profile, file.business.country);
  if (profile.voice) {
    const auto advice = voice_advice(sources, profile.voice->id);
    if (!advice) return tl::unexpected(advice.error());
    if (*advice) problems.push_back({"/voice/id", **advice});
  }
  if (!problems.empty()) return tl::unexpected(rest::invalid_body(problems));
  return {};
}

Answer<ReceptionistView> view_of(const ReceptionistSources& sources, const ReceptionistState& state) {
  ReceptionistView view;
  view.has_draft = state.draft.has_value();
  if (state.published) {
    auto saved = settings_of(*state.published);
    if (!saved) return tl::unexpected(saved.error());
    view.version = state.published->number;
    view.published = std::move(*saved);
  }
  view.settings = profile::profile_of(profile::laid_over(sources.desk.file(), view.published));
  boost::mp11::mp_for_each<json::Members<profile::Profile>>([&](auto part) {
    const bool published = (view.published.*decltype(part)::pointer).has_value();
    view.parts.push_back({part.name, published ? PartSource::published : PartSource::file});
  });
  return view;
}

Answer<Tagged<ReceptionistView>> show(const ReceptionistSources& sources, const access::Principal& who) {
  const auto state = read_state(sources.office, who.organisation);
  if (!state) return tl::unexpected(state.error());
  auto view = view_of(sources, *state);
  if (!view) return tl::unexpected(view.error());
  return Tagged<ReceptionistView>{std::move(*view), tag_of(*state)};
}

/// After the commit: what is saved stays, whatever comes of it here.
Answer<void> take_in_force(const ReceptionistSources& sources) {
  if (!sources.settings_changed) return {};
  if (const auto done = sources.settings_changed(); !done)
    return tl::unexpected(rest::Problem(503, "it is saved, but not in force yet: " + done.error().message));
  return {};
}

audit::Entry entry_of(const rest::Common& request, std::string action, const std::string& before,
                      const std::string& after) {
  audit::Entry entry{accounts::actor_of(request.principal, visitor_of(*request.raw)),
                     std::move(action),
                     std::string(settings::kReceptionistSubject),
                     {}};
  const auto value = [](const std::string& text) {
    const auto parsed = json::parse(text, {.bytes = profile::kLargestContent});
    return parsed ? *parsed : boost::json::value(boost::json::object());
  };
  for (const auto& each : differences(value(before), value(after))) {
    if (entry.changes.size() == kMostAuditedChanges) break;
    entry.changes.push_back({each.pointer, boost::json::serialize(each.before), boost::json::serialize(each.after)});
  }
  return entry;
}

using Change = std::function<base::Status(settings::ConfigurationVersions&, const ReceptionistState&, audit::Trail&)>;

/// One transaction, if the client has seen what there is.
Answer<void> change(const ReceptionistSources& sources, const rest::Common& request, const Change& work) {
  if (auto here = is_answered_for(request.principal); !here) return here;
  std::optional<rest::Problem> unseen;
  const auto done =
      sources.office.change(base::wall_now(), [&](store::Connection& connection, audit::Trail& trail) -> base::Status {
        unseen.reset();
        const auto state = read_state(connection, request.principal.organisation);
        if (!state) return tl::unexpected(state.error());
        if (auto seen = request.expects(tag_of(*state)); !seen) {
          unseen = seen.error();
          return base::fail(base::ErrorCode::failed_precondition, "receptionist", "another version was seen");
        }
        settings::ConfigurationVersions versions(connection);
        return work(versions, *state, trail);
      });
  if (unseen) return tl::unexpected(*unseen);
  if (!done) return tl::unexpected(done.error());
  return {};
}

settings::Draft draft_of(const rest::Common& request, std::string content, std::string note) {
  return {request.principal.organisation, std::string(settings::kReceptionistSubject), std::move(content),
          request.principal.id, std::move(note)};
}

base::Status publish_draft(const rest::Common& request, settings::ConfigurationVersions& versions,
                           const ReceptionistState& state, audit::Trail& trail, settings::Draft draft) {
  const auto now = base::wall_now();
  const auto saved = versions.save_draft(draft, state.draft ? state.draft->version : 0, now);
  if (!saved) return tl::unexpected(saved.error());
  const auto published = versions.publish(draft.organisation, draft.subject, saved->version, now);
  if (!published) return tl::unexpected(published.error());
  trail.add(
      entry_of(request, "receptionist.published", state.published ? state.published->content : "{}", draft.content));
  return {};
}

Answer<Tagged<ReceptionistView>> save(const ReceptionistSources& sources, const rest::Common& request,
                                      const profile::Profile& profile, bool publish) {
  if (auto good = checked(sources, profile); !good) return tl::unexpected(good.error());
  auto content = boost::json::serialize(json::write(profile));
  const auto done = change(sources, request, [&](auto& versions, const auto& state, auto& trail) -> base::Status {
    auto draft = draft_of(request, content, "");
    if (publish) return publish_draft(request, versions, state, trail, std::move(draft));
    const auto saved = versions.save_draft(draft, state.draft ? state.draft->version : 0, base::wall_now());
    if (!saved) return tl::unexpected(saved.error());
    const auto& before = state.draft ? state.draft : state.published;
    trail.add(entry_of(request, "receptionist.drafted", before ? before->content : "{}", content));
    return {};
  });
  if (!done) return tl::unexpected(done.error());
  if (publish)
    if (auto taken = take_in_force(sources); !taken) return tl::unexpected(taken.error());
  return show(sources, request.principal);
}

Answer<Tagged<ReceptionistView>> publish(const ReceptionistSources& sources, const rest::Common& request,
                                         const std::string& note) {
  const auto state = read_state(sources.office, request.principal.organisation);
  if (!state) return tl::unexpected(state.error());
  if (!state->draft) return tl::unexpected(rest::Problem(404, "there is no draft"));
  const auto profile = settings_of(*state->draft);
  if (!profile) return tl::unexpected(profile.error());
  if (auto good = checked(sources, *profile); !good) return tl::unexpected(good.error());
  const auto done = change(sources, request, [&](auto& versions, const auto& seen, auto& trail) -> base::Status {
    if (!seen.draft || seen.draft->version != state->draft->version) return store::changed_meanwhile("draft");
    return publish_draft(request, versions, seen, trail, draft_of(request, seen.draft->content, note));
  });
  if (!done) return tl::unexpected(done.error());
  if (auto taken = take_in_force(sources); !taken) return tl::unexpected(taken.error());
  return show(sources, request.principal);
}

Answer<Tagged<ReceptionistView>> restore(const ReceptionistSources& sources, const rest::Common& request,
                                         std::int64_t number) {
  const auto wanted = read_version(sources.office, request.principal.organisation, number);
  if (!wanted) return tl::unexpected(wanted.error());
  if (wanted->state == settings::VersionState::draft)
    return tl::unexpected(rest::Problem(409, "this version is the draft: publish it instead"));
  const auto profile = settings_of(*wanted);
  if (!profile) return tl::unexpected(profile.error());
  if (auto good = checked(sources, *profile); !good) return tl::unexpected(good.error());
  const auto done = change(sources, request, [&](auto& versions, const auto& state, auto& trail) -> base::Status {
    const auto restored = versions.restore(request.principal.organisation, wanted->subject, number,
                                           request.principal.id, base::wall_now());
    if (!restored) return tl::unexpected(restored.error());
    trail.add(entry_of(request, "receptionist.restored", state.published ? state.published->content : "{}",
                       restored->content));
    return {};
  });
  if (!done) return tl::unexpected(done.error());
  if (auto taken = take_in_force(sources); !taken) return tl::unexpected(taken.error());
  return show(sources, request.principal);
}

Answer<VersionView> version_view(const settings::ConfigurationVersion& version) {
  auto profile = settings_of(version);
  if (!profile) return tl::unexpected(profile.error());
  VersionView view;
  static_cast<VersionSummary&>(view) = summary_of(version);
  view.settings = std::move(*profile);
  return view;
}

Answer<Tagged<VersionView>> show_draft(const ReceptionistSources& sources, const access::Principal& who) {
  const auto state = read_state(sources.office, who.organisation);
  if (!state) return tl::unexpected(state.error());
  if (!state->draft) return tl::unexpected(rest::Problem(404, "there is no draft"));
  auto view = version_view(*state->draft);
  if (!view) return tl::unexpected(view.error());
  return Tagged<VersionView>{std::move(*view), tag_of(*state)};
}

Answer<Tagged<DiffView>> show_diff(const ReceptionistSources& sources, const access::Principal& who) {
  const auto state = read_state(sources.office, who.organisation);
  if (!state) return tl::unexpected(state.error());
  if (!state->draft) return tl::unexpected(rest::Problem(404, "there is no draft"));
  const auto after = settings_of(*state->draft);
  if (!after) return tl::unexpected(after.error());
  auto before = Answer<profile::Profile>(profile::Profile());
  if (state->published) before = settings_of(*state->published);
  if (!before) return tl::unexpected(before.error());
  return Tagged<DiffView>{{state->published ? state->published->number : 0, state->draft->number,
                           differences(json::write(*before), json::write(*after))},
                          tag_of(*state)};
}

Answer<TrialAnswerView> try_out(const ReceptionistSources& sources, const access::Principal& who,
                                const TrialBody& body) {
  TrialQuestion question;
  question.said = body.before;
  question.said.push_back(body.say);
  std::int64_t number = 0;
  if (auto here = is_answered_for(who); !here) return tl::unexpected(here.error());
  if (body.version == TrialOf::draft) {
    const auto draft = show_draft(sources, who);
    if (!draft) return tl::unexpected(draft.error());
    question.draft = draft->value.settings;
    number = draft->value.number;
  }
  const auto reply = sources.desk.ask(question);
  if (!reply) return tl::unexpected(reply.error());
  TrialAnswerView view{reply->text, reply->sources,           reply->confidence,
                       {},          base::to_ms(reply->took), question.draft ? number : reply->version,
                       "built-in"};
  for (const auto& [name, arguments] : reply->tools) {
    const auto parsed = json::parse(arguments);
    view.tools.push_back({name, parsed ? *parsed : boost::json::value()});
  }
  return view;
}

void add_reading(rest::Api& api, const Shared& shared) {
  const auto read = Access::needs(access::permission::kReadReceptionist);
  api.get("/api/receptionist/config",
          {.id = "showReceptionist", .tag = kTag, .access = read, .summary = "The receptionist's settings in force"},
          [shared](const rest::Request<>& request) { return show(*shared, request.principal); });
  api.get("/api/receptionist/draft",
          {.id = "showDraft", .tag = kTag, .access = read, .summary = "The draft", .fails = {kNoDraft}},
          [shared](const rest::Request<>& request) { return show_draft(*shared, request.principal); });
  api.get("/api/receptionist/diff",
          {.id = "showDiff",
           .tag = kTag,
           .access = read,
           .summary = "What publishing the draft would change",
           .fails = {kNoDraft}},
          [shared](const rest::Request<>& request) { return show_diff(*shared, request.principal); });
  api.get("/api/receptionist/versions",
          {.id = "listVersions", .tag = kTag, .access = read, .summary = "The latest versions"},
          [shared](const rest::Request<rest::Query<VersionsQuery>>& request) -> Answer<VersionsView> {
            const auto all =
                read_versions(shared->office, request.principal.organisation, static_cast<int>(request.query.limit));
            if (!all) return tl::unexpected(all.error());
            VersionsView view;
            for (const auto& each : *all) view.versions.push_back(summary_of(each));
            return view;
          });
  api.get("/api/receptionist/versions/{number}",
          {.id = "showVersion",
           .tag = kTag,
           .access = read,
           .summary = "One version",
           .fails = {{404, "There is no such version."}}},
          [shared](const rest::Request<rest::Path<VersionPath>>& request) -> Answer<VersionView> {
            const auto found = read_version(shared->office, request.principal.organisation, request.path.number);
            if (!found) return tl::unexpected(found.error());
            return version_view(*found);
          });
}

void add_saving(rest::Api& api, const Shared& shared) {
  const auto write = Access::needs(access::permission::kWriteReceptionist);
  api.put("/api/receptionist/config",
          {.id = "saveReceptionist",
           .tag = kTag,
           .access = write,
           .summary = "Save the receptionist's settings",
           .description = "Publishes them at once: new callers meet them, running calls end as they began. With "
                          "`draft=true` they wait as the draft. A part that is null is as the configuration file says.",
           .fails = {kConflict, kElsewhere},
           .body_bytes = profile::kLargestContent,
           .conditional = true},
          [shared](const Saving& request) { return save(*shared, request, request.body, !request.query.draft); });
  api.put("/api/receptionist/draft",
          {.id = "saveDraft",
           .tag = kTag,
           .access = write,
           .summary = "Save the draft",
           .fails = {kConflict, kElsewhere},
           .body_bytes = profile::kLargestContent,
           .conditional = true},
          [shared](const rest::Request<rest::Body<profile::Profile>>& request) {
            return save(*shared, request, request.body, false);
          });
  api.remove("/api/receptionist/draft",
             {.id = "discardDraft",
              .tag = kTag,
              .access = write,
              .summary = "Throw the draft away",
              .fails = {kNoDraft, kConflict, kElsewhere},
              .conditional = true},
             [shared](const rest::Request<>& request) -> Answer<rest::NoContent> {
               const auto done = change(*shared, request, [&](auto& versions, const auto& state, auto& trail) {
                 if (state.draft) trail.add(entry_of(request, "receptionist.draft_discarded", "{}", "{}"));
                 return versions.discard_draft(request.principal.organisation,
                                               std::string(settings::kReceptionistSubject),
                                               state.draft ? state.draft->version : 0);
               });
               if (!done) return tl::unexpected(done.error());
               return rest::NoContent{};
             });
}

void add_publishing(rest::Api& api, const Shared& shared) {
  const auto write = Access::needs(access::permission::kWriteReceptionist);
  api.post("/api/receptionist/publish",
           {.id = "publishDraft",
            .tag = kTag,
            .access = write,
            .summary = "Publish the draft",
            .fails = {kNoDraft, kConflict, kElsewhere},
            .keyed = true,
            .conditional = true},
           [shared](const rest::Request<rest::Body<PublishBody>>& request) {
             return publish(*shared, request, request.body.note);
           });
  api.post("/api/receptionist/versions/{number}/restore",
           {.id = "restoreVersion",
            .tag = kTag,
            .access = write,
            .summary = "Publish a copy of an earlier version",
            .description = "The draft stays.",
            .fails = {{404, "There is no such version."}, kConflict, kElsewhere},
            .keyed = true,
            .conditional = true},
           [shared](const rest::Request<rest::Path<VersionPath>>& request) {
             return restore(*shared, request, request.path.number);
           });
}

void add_trying(rest::Api& api, const Shared& shared) {
  api.post("/api/receptionist/test",
           {.id = "tryReceptionist",
            .tag = kTag,
            .access = Access::needs(access::permission::kWriteReceptionist),
            .summary = "Say something to the receptionist",
            .description = "Answered by the model that answers calls; nothing is done, and nothing is kept.",
            .fails = {kNoDraft, kElsewhere}},
           [shared](const rest::Request<rest::Body<TrialBody>>& request) {
             return try_out(*shared, request.principal, request.body);
           });
  api.get("/api/receptionist/models",
          {.id = "listModels",
           .tag = kTag,
           .access = Access::needs(access::permission::kReadReceptionist),
           .summary = "The models that can answer calls here"},
          [](const rest::Request<>&) -> Answer<ModelsView> {
            return ModelsView{{{"local", {{"built-in", "Built in: answers from your own facts", {"en"}, true}}}}};
          });
}

}  // namespace

void add_receptionist_routes(rest::Api& api, ReceptionistSources sources) {
  const auto shared = std::make_shared<const ReceptionistSources>(std::move(sources));
  add_reading(api, shared);
  add_saving(api, shared);
  add_publishing(api, shared);
  add_trying(api, shared);
}

}  // namespace frontdesk::api
