#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "wire/hub/call.h"

/// What the pages say, in the languages that they speak.
///
/// A text is named by its English form. `{0}`, `{1}` stand for what is filled in; a value is HTML, so what came from people must be escaped.
/// One that has no row in the table does not compile. No text holds markup or a straight quote, so that it may stand in an attribute.
namespace lab::wire::hub::pages {

enum class Language : std::uint8_t { English, Portuguese, French };
inline constexpr std::size_t kLanguageCount = 3;

/// As `<html lang>` and Accept-Language have it (BCP 47), and its own name for the choice.
struct LanguageRow {
  std::string_view tag, name;
};
inline constexpr std::array<LanguageRow, kLanguageCount> kLanguages = {{{"en", "English"}, {"pt-BR", "Português"}, {"fr", "Français"}}};

using TextRow = std::array<std::string_view, kLanguageCount>;
inline constexpr TextRow kTexts[] = {
    // Every page.
    {"Skip to content", "Ir para o conteúdo", "Aller au contenu"},
    {"Main", "Principal", "Principale"},
    {"Home", "Início", "Accueil"},
    {"Tokens", "Tokens", "Jetons"},
    {"Admin", "Administração", "Administration"},
    {"Log out", "Sair", "Se déconnecter"},
    {"Language", "Idioma", "Langue"},
    {"Back", "Voltar", "Retour"},
    // Log-in and password.
    {"Log in", "Entrar", "Se connecter"},
    {"User name", "Nome de usuário", "Nom d’utilisateur"},
    {"Password", "Senha", "Mot de passe"},
    {"Workshop: until it is given another one, {0} has the password {1}.", "Workshop: enquanto não receber outra, a senha de {0} é {1}.", "Atelier : tant qu’il n’en a pas reçu d’autre, {0} a le mot de passe {1}."},
    {"Log in with {0}", "Entrar com {0}", "Se connecter avec {0}"},
    {"You are logged out", "Você saiu", "Vous êtes déconnecté"},
    {"The lab has forgotten this browser. You are still logged in at {0}.", "O laboratório esqueceu este navegador. Sua sessão em {0} continua aberta.", "Le laboratoire a oublié ce navigateur. Votre session chez {0} reste ouverte."},
    {"Log out there too", "Sair de lá também", "S’y déconnecter aussi"},
    {"Log in again", "Entrar de novo", "Se reconnecter"},
    {"You log in by {0} and have no password here.", "Você entra por {0} e não tem senha aqui.", "Vous vous connectez par {0} et n’avez pas de mot de passe ici."},
    {"Welcome", "Boas-vindas", "Bienvenue"},
    {"This link logs you in once. You can choose a password then.", "Este link serve para entrar uma única vez. Depois você pode escolher uma senha.", "Ce lien vous connecte une seule fois. Vous pourrez ensuite choisir un mot de passe."},
    {"Password of {0}", "Senha de {0}", "Mot de passe de {0}"},
    {"The password is changed.", "A senha foi alterada.", "Le mot de passe est changé."},
    {"You have no password yet: choose one.", "Você ainda não tem senha: escolha uma.", "Vous n’avez pas encore de mot de passe : choisissez-en un."},
    {"Old password", "Senha antiga", "Ancien mot de passe"},
    {"New password", "Nova senha", "Nouveau mot de passe"},
    {"Change it", "Alterar", "Changer"},
    // Home and servers.
    {"starting", "iniciando", "démarre"},
    {"running", "em execução", "en marche"},
    {"stopping", "parando", "s’arrête"},
    {"stopped", "parado", "arrêté"},
    {"not running", "não está em execução", "pas en marche"},
    {"{0} of {1} a process", "{0} de {1} por processo", "{0} sur {1} par processus"},
    {"Open", "Abrir", "Ouvrir"},
    {"Stop", "Parar", "Arrêter"},
    {"Watch", "Acompanhar", "Suivre"},
    {"Start", "Iniciar", "Démarrer"},
    {"Hello, {0}", "Olá, {0}", "Bonjour, {0}"},
    {"You have no password yet. Choose one under your name above.", "Você ainda não tem senha. Escolha uma pelo seu nome, acima.", "Vous n’avez pas encore de mot de passe. Choisissez-en un sous votre nom, en haut."},
    {"Your servers", "Seus servidores", "Vos serveurs"},
    {"Server", "Servidor", "Serveur"},
    {"State", "Estado", "État"},
    {"Memory", "Memória", "Mémoire"},
    {"Another one", "Mais um", "Un autre"},
    {"its name", "o nome dele", "son nom"},
    {"A server of the size {0} has {1}.", "Um servidor do tamanho {0} tem {1}.", "Un serveur de taille {0} a {1}."},
    {"all cores", "todos os núcleos", "tous les cœurs"},
    {"1 core", "1 núcleo", "1 cœur"},
    {"{0} cores", "{0} núcleos", "{0} cœurs"},
    {"{0} a process", "{0} por processo", "{0} par processus"},
    {"Size of the server", "Tamanho do servidor", "Taille du serveur"},
    {"It opens the home of its owner and the shared folders, and nothing else of the lab’s files.", "Ele abre a pasta de quem o possui e as pastas compartilhadas, e nada mais dos arquivos do laboratório.",
     "Il ouvre le dossier de son propriétaire et les dossiers partagés, et rien d’autre des fichiers du laboratoire."},
    {"The lab", "O laboratório", "Le laboratoire"},
    {"Role", "Papel", "Rôle"},
    {"Speaks", "Fala", "Parle"},
    {"Address", "Endereço", "Adresse"},
    {"The server of {0} does not run", "O servidor de {0} não está em execução", "Le serveur de {0} n’est pas en marche"},
    {"The server {1} of {0} does not run", "O servidor {1} de {0} não está em execução", "Le serveur {1} de {0} n’est pas en marche"},
    {"Start a server", "Iniciar um servidor", "Démarrer un serveur"},
    {"Start it", "Iniciar", "Le démarrer"},
    {"Your server is starting", "Seu servidor está iniciando", "Votre serveur démarre"},
    {"How far the start is", "Andamento do início", "Avancement du démarrage"},
    {"Try again", "Tentar de novo", "Réessayer"},
    {"Open it when it is ready", "Abrir quando estiver pronto", "L’ouvrir quand il sera prêt"},
    {"Starting", "Iniciando", "Démarrage"},
    {"Open a server", "Abrir um servidor", "Ouvrir un serveur"},
    {"Open somebody else’s server?", "Abrir o servidor de outra pessoa?", "Ouvrir le serveur de quelqu’un d’autre ?"},
    {"You are about to enter the server of {0}. What runs there can act with what you allow here: your name and groups.",
     "Você vai entrar no servidor de {0}. O que roda lá pode agir com o que você permitir aqui: seu nome e seus grupos.",
     "Vous allez entrer dans le serveur de {0}. Ce qui y tourne peut agir avec ce que vous permettez ici : votre nom et vos groupes."},
    {"Open it", "Abrir", "L’ouvrir"},
    // Apps.
    {"Apps", "Aplicativos", "Applications"},
    {"App", "Aplicativo", "Application"},
    {"Owner", "De quem é", "Propriétaire"},
    {"Manage", "Gerenciar", "Gérer"},
    {"does not answer", "não responde", "ne répond pas"},
    {"failed", "falhou", "en échec"},
    {"nobody else", "mais ninguém", "personne d’autre"},
    {"the role {0} does not run", "o papel {0} não está em execução", "le rôle {0} n’est pas en marche"},
    {"No app is open to you yet. {0} makes one out of a folder of your notebooks.", "Nenhum aplicativo está aberto para você ainda. {0} cria um a partir de uma pasta dos seus notebooks.",
     "Aucune application ne vous est encore ouverte. {0} en fait une d’un dossier de vos notebooks."},
    {"It has ended unexpectedly: {0}", "Terminou inesperadamente: {0}", "Elle s’est terminée de façon inattendue : {0}"},
    {"Folder", "Pasta", "Dossier"},
    {"Runs", "Executa", "Exécute"},
    {"Deployed", "Implantado", "Déployée"},
    {"Begin anew", "Começar de novo", "Recommencer"},
    {"Remove {0}? Its folder stays.", "Remover {0}? A pasta fica.", "Retirer {0} ? Son dossier reste."},
    {"Open to", "Aberto para", "Ouverte à"},
    {"everyone, groups, user:NAME", "everyone, grupos, user:NOME", "everyone, groupes, user:NOM"},
    {"Now: {0}, its owner and administrators.", "Agora: {0}, quem o possui e administradores.", "Actuellement : {0}, son propriétaire et les administrateurs."},
    {"The end of its log", "O fim do registro dele", "La fin de son journal"},
    // Tokens.
    {"a day", "um dia", "un jour"},
    {"30 days", "30 dias", "30 jours"},
    {"a year", "um ano", "un an"},
    {"never ends", "nunca expira", "n’expire jamais"},
    {"never", "nunca", "jamais"},
    {"Your new token", "Seu novo token", "Votre nouveau jeton"},
    {"It is shown once. Whoever has it is you, within its scopes.", "Ele é mostrado uma única vez. Quem o tiver é você, dentro dos escopos dele.", "Il n’est montré qu’une fois. Qui le possède est vous, dans les limites de ses portées."},
    {"Make a token", "Criar um token", "Créer un jeton"},
    {"What it is for", "Para que serve", "À quoi il sert"},
    {"my script", "meu script", "mon script"},
    {"Scopes", "Escopos", "Portées"},
    {"all you may, or: spark read:servers!user", "tudo o que você pode, ou: spark read:servers!user", "tout ce que vous pouvez, ou : spark read:servers!user"},
    {"It ends after", "Expira em", "Il expire après"},
    {"Make it", "Criar", "Le créer"},
    {"Your tokens", "Seus tokens", "Vos jetons"},
    {"For", "Para", "Pour"},
    {"Made", "Criado", "Créé"},
    {"Ends", "Expira", "Expire"},
    {"Last used", "Último uso", "Dernier usage"},
    {"(this one)", "(este)", "(celui-ci)"},
    {"End it", "Encerrar", "Le révoquer"},
    {"End this token?", "Encerrar este token?", "Révoquer ce jeton ?"},
    // Admin.
    {"People and servers", "Pessoas e servidores", "Personnes et serveurs"},
    {"Who did what: the audit trail", "Quem fez o quê: a trilha de auditoria", "Qui a fait quoi : le journal d’audit"},
    {"Add a person", "Adicionar uma pessoa", "Ajouter une personne"},
    {"First password", "Primeira senha", "Premier mot de passe"},
    {"Add", "Adicionar", "Ajouter"},
    {"People", "Pessoas", "Personnes"},
    {"User", "Usuário", "Utilisateur"},
    {"Groups", "Grupos", "Groupes"},
    {"Last active", "Última atividade", "Dernière activité"},
    {"No admin", "Tirar administração", "Retirer l’administration"},
    {"Make admin", "Tornar administrador", "Rendre administrateur"},
    {"Remove", "Remover", "Retirer"},
    {"Remove {0}? Its files stay.", "Remover {0}? Os arquivos ficam.", "Retirer {0} ? Ses fichiers restent."},
    {"Give a new password", "Dar uma nova senha", "Donner un nouveau mot de passe"},
    {"Set it", "Definir", "Le définir"},
    // Audit.
    {"Audit trail", "Trilha de auditoria", "Journal d’audit"},
    {"The newest decisions of the lab. {0} has them all.", "As decisões mais recentes do laboratório. {0} tem todas.", "Les décisions les plus récentes du laboratoire. {0} les a toutes."},
    {"Show all", "Mostrar todas", "Tout montrer"},
    {"Show refusals only", "Mostrar só as recusas", "Montrer seulement les refus"},
    {"Time", "Hora", "Heure"},
    {"By", "Por", "Par"},
    {"Action", "Ação", "Action"},
    {"Object", "Objeto", "Objet"},
    {"Outcome", "Resultado", "Résultat"},
    {"Times", "Vezes", "Fois"},
};

/// One text, by its English form.
class Text {
 public:
  consteval Text(const char* english) : row_(find(english)) {}  // NOLINT(google-explicit-constructor): a text stands where it is said
  std::string_view in(Language language) const { return kTexts[row_][static_cast<std::size_t>(language)]; }

 private:
  static consteval std::size_t find(std::string_view english) {
    for (std::size_t i = 0; i < std::size(kTexts); ++i)
      if (kTexts[i][0] == english) return i;
    throw "this text has no row in kTexts";
  }

  std::size_t row_;
};

/// The language that the visitor chose (kLanguageCookie), else the best of Accept-Language (RFC 9110, 12.5.4), else English.
Language language_of(const net::Request& request);
/// A row of kLanguages.
inline const LanguageRow& row_of(Language language) { return kLanguages[static_cast<std::size_t>(language)]; }

/// The language with that tag, or with its first part; absent for others.
std::optional<Language> find_language(std::string_view tag);

/// The text in the visitor's language, with `values` (as many as it has places) filled in.
std::string say(const Call& call, Text text, std::initializer_list<std::string_view> values = {});

}  // namespace lab::wire::hub::pages
