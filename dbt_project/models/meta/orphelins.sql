with heures as (
    select * from {{ ref('int_abc_clauses__heures_rattachees') }}
),

contrats as (
    select * from {{ ref('int_abc_clauses__contrats_rattaches') }}
),

heures_par_contrat as (
    select id_contrat, sum(heures) as heures
    from heures
    group by id_contrat
),

-- Des heures d'un contrat inconnu : une ligne par relevé, avec ses heures. Après l'arrêté elles ne comptent nulle part.
heures_orphelines as (
    select
        'abc_clauses_heures' as source,
        _livraison,
        _ligne,
        id_contrat,
        parent_manquant,
        heures
    from heures
    where parent_manquant = 'contrat'
),

-- Un contrat d'une personne ou d'une opération inconnue : une ligne, avec toutes les heures qu'il retient.
contrats_orphelins as (
    select
        'abc_clauses_contrats' as source,
        contrats._livraison,
        contrats._ligne,
        contrats.id_contrat,
        contrats.parent_manquant,
        coalesce(heures_par_contrat.heures, 0) as heures
    from contrats
    left join heures_par_contrat on contrats.id_contrat = heures_par_contrat.id_contrat
    where contrats.parent_manquant is not null
),

reunis as (
    select * from heures_orphelines
    union all
    select * from contrats_orphelins
),

final as (
    select
        source,
        _livraison as livraison,
        _ligne as ligne,
        id_contrat as cle,
        parent_manquant,
        cast(heures as decimal(14, 2)) as heures
    from reunis
)

select * from final
