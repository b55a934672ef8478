"""The names that Ads Manager gives its columns in German, Spanish, French and Portuguese."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from adplanning.imports.readers import Field

SPENT = (
    "amount spent",
    "ausgegebener betrag",
    "importe gastado",
    "montant dépensé",
    "valor usado",
    "valor gasto",
)
DAY = ("day", "tag", "día", "jour", "dia")
STARTS = ("reporting starts", "berichtsstart", "inicio del informe", "début des rapports", "início dos relatórios")
ENDS = (
    "reporting ends",
    "berichtsende",
    "fin del informe",
    "fin des rapports",
    "encerramento dos relatórios",
    "término dos relatórios",
)

_WORDS = {
    "account": ("kontoname", "nombre de la cuenta", "nom du compte", "nome da conta"),
    "account_id": ("konto-id", "identificador de la cuenta", "numéro de compte", "identificação da conta"),
    "currency": ("währung", "divisa", "devise", "moeda"),
    "campaign": (
        "name der kampagne",
        "kampagnenname",
        "nombre de la campaña",
        "nom de la campagne",
        "nome da campanha",
    ),
    "campaign_id": ("kampagnen-id", "identificador de la campaña", "numéro de campagne", "identificação da campanha"),
    "ad_set": (
        "name der anzeigengruppe",
        "anzeigengruppenname",
        "nombre del conjunto de anuncios",
        "nom de l'ensemble de publicités",
        "nome do conjunto de anúncios",
    ),
    "ad_set_id": ("identificador del conjunto de anuncios", "identificação do conjunto de anúncios"),
    "ad": ("anzeigenname", "nombre del anuncio", "nom de la publicité", "nome do anúncio"),
    "ad_id": ("anzeigen-id", "identificador del anuncio", "numéro de publicité", "identificação do anúncio"),
    "impressions": ("impressionen", "impresiones", "impressões"),
    "clicks": ("klicks (alle)", "clics (todos)", "clics (tous)", "cliques (todos)"),
    "link_clicks": (
        "link-klicks",
        "clics en el enlace",
        "clics sur un lien",
        "clics sur le lien",
        "cliques no link",
    ),
    "reach": ("reichweite", "alcance", "couverture"),
    "results": ("ergebnisse", "resultados", "résultats"),
    "result_type": (
        "indikator für ergebnisse",
        "indicador de resultado",
        "indicador de resultados",
        "tipo de resultado",
        "indicateur de résultats",
    ),
    "purchases": ("käufe", "compras", "achats"),
    "purchase_value": ("valor de conversión de compras", "valor de conversão da compra"),
    "attribution_setting": ("attributionseinstellung", "configuração de atribuição"),
    "status": ("veiculação da campanha", "auslieferung der kampagne"),
}


def in_all_languages(fields: Iterable[Field]) -> tuple[Field, ...]:
    """The fields, each also found under its names in other languages; the names that it has already go first."""
    return tuple(replace(field, synonyms=(*field.synonyms, *_WORDS.get(field.name, ()))) for field in fields)
